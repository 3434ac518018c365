"""What a call of a torch function is to a method that changes how a network runs: its name, and its kind by that name.

Kinds are decided for calls that read a value which depends on the input; all else is made of constants. What stands in
no list is `Kind.UNKNOWN`: a new torch function is refused until somebody has thought about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final


class Kind(Enum):
    """The kinds, each with what a message calls it."""

    RELU = "a ReLU"
    LINEAR = "a linear layer"
    CONVOLUTION = "a convolution"
    NORMALISATION = "a normalisation"
    POOLING = "a pooling"
    SHAPE = "a change of shape"
    ARITHMETIC = "arithmetic with constants, or a sum"
    PRODUCT = "a product of two values that both depend on the input"
    ACTIVATION = "a non-linearity other than the ReLU"
    OUTPUT = "an output activation"
    DECISION = "a decision"
    HARMLESS = "a look at a shape"
    LEAK = "a way out of what can be differentiated"
    UNKNOWN = "an operation that is not known here"


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def _dims(*names: str) -> frozenset[str]:
    return frozenset(f"{name}{n}d" for name in names for n in (1, 2, 3))


NAMES: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.RELU: _words("relu relu6 hardtanh"),
    Kind.LINEAR: _words("linear matmul mm bmm mv dot inner addmm addmv addbmm baddbmm einsum tensordot rmatmul"),
    Kind.CONVOLUTION: _dims("conv", "conv_transpose") | _words("convolution"),
    Kind.NORMALISATION: _words("batch_norm layer_norm group_norm instance_norm local_response_norm rms_norm"),
    Kind.POOLING: _dims("avg_pool", "adaptive_avg_pool", "max_pool", "adaptive_max_pool")
    | frozenset(f"{word}max_pool{n}d_with_indices" for word in ("", "adaptive_") for n in (1, 2, 3))
    | _words("mean sum nansum amax amin max min lp_pool1d lp_pool2d interpolate upsample grid_sample"),
    Kind.SHAPE: _words(
        "reshape reshape_as view view_as flatten unflatten ravel permute transpose swapaxes swapdims movedim moveaxis",
        "t T mT squeeze unsqueeze expand expand_as broadcast_to tile repeat repeat_interleave cat concat concatenate",
        "stack hstack vstack dstack chunk split tensor_split unbind unsafe_chunk narrow select index_select gather",
        "take take_along_dim getitem setitem roll flip rot90 pad constant_pad_nd pixel_shuffle pixel_unshuffle unfold",
        "fold channel_shuffle contiguous clone alias to type type_as float double half bfloat16 cpu cuda copy iter",
        "native_channel_shuffle diagonal",
    ),
    Kind.ARITHMETIC: _words(
        "add radd sub subtract rsub mul multiply rmul div divide true_divide truediv neg negative positive pos",
        "dropout feature_dropout alpha_dropout feature_alpha_dropout where masked_fill cumsum lerp addcmul addcdiv",
    )
    | _dims("dropout"),
    Kind.ACTIVATION: _words(
        "threshold leaky_relu prelu rrelu elu selu celu gelu silu mish hardswish hardsigmoid hardshrink softshrink",
        "tanhshrink softsign softplus logsigmoid glu tanh clamp clamp_min clamp_max clip maximum minimum fmax fmin abs",
        "absolute sign sgn heaviside pow rpow square sqrt rsqrt reciprocal rdiv rtruediv exp exp2 expm1 log log2 log10",
        "log1p sin cos erf softmin gumbel_softmax normalize norm vector_norm logsumexp prod std var var_mean",
        "std_mean floor ceil round trunc frac fmod remainder scaled_dot_product_attention multi_head_attention_forward",
        "cosine_similarity pairwise_distance cdist bilinear atan atan2 nan_to_num logcumsumexp cumprod cummax cummin",
    ),
    Kind.OUTPUT: _words("softmax log_softmax sigmoid"),
    Kind.DECISION: _words(
        "gt lt ge le eq ne greater less greater_equal less_equal equal not_equal isnan isinf isfinite isclose allclose",
        "any all logical_and logical_or logical_not logical_xor bitwise_and bitwise_or bitwise_not and or invert",
        "argmax argmin argsort bucketize searchsorted count_nonzero nonzero bool int long",
    ),
    Kind.HARMLESS: _words(
        "shape size dim ndim ndimension numel nelement stride storage_offset element_size itemsize dtype device layout",
        "is_cuda is_cpu is_mps is_meta is_sparse is_quantized is_nested is_leaf is_complex is_floating_point is_signed",
        "is_contiguous is_inference is_same_size get_device names requires_grad grad_fn output_nr version len",
        "__bool__ is_nonzero repr format hash str dim_order zeros_like ones_like empty_like full_like rand_like",
        "randn_like randint_like new_zeros new_ones new_empty new_full new_tensor assert broadcast_shapes result_type",
        "is_tensor is_pinned is_shared retain_grad is_conj is_neg",
    ),
    Kind.LEAK: _words(
        "numpy array tolist item __float__ __int__ __index__ __complex__ data detach data_ptr untyped_storage storage",
        "dlpack deepcopy reduce_ex share_memory contains base grad register_hook backward",
    ),
}
"""Names without the underscores of operators and of in-place forms, see `named`."""

_KIND: Final = {name: kind for kind, names in NAMES.items() for name in names}
_KEPT: Final = frozenset({"__bool__", "__float__", "__int__", "__index__", "__complex__"})
_IN_PLACE: Final = frozenset({"iadd", "isub", "imul", "idiv", "itruediv"})
_BILINEAR: Final = _words("mul multiply rmul div divide true_divide truediv lerp addcmul addcdiv")
_TWO_SIDED: Final = _words("max min")


def named(func: Any, kwargs: Mapping[str, Any]) -> tuple[str, bool]:
    """(name, whether it changes its first argument) of a torch function: `Tensor.relu_` is ("relu", True).

    Underscores are left out (`F.threshold` calls itself "_threshold"), but for the conversions to Python's numbers.
    """
    name = str(getattr(func, "__name__", func))
    if name == "__get__":
        return str(func.__self__.__name__).strip("_"), False
    if name == "__set__":
        return f"set {func.__self__.__name__}", True
    if name.startswith("__") and name.endswith("__"):
        inner = name[2:-2]
        if inner in _IN_PLACE:
            return inner[1:], True
        return (name if name in _KEPT else inner), inner == "setitem"
    in_place = name.endswith("_") or bool(kwargs.get("inplace", False))
    return name.strip("_"), in_place


def kind_of(name: str, args: Sequence[Any], kwargs: Mapping[str, Any], depending: int) -> Kind:
    """The kind of a call of which `depending` tensors, one at least, depend on the input."""
    kind = _KIND.get(name, Kind.UNKNOWN)
    if kwargs.get("out") is not None:
        return Kind.UNKNOWN
    if kind is Kind.RELU and name == "hardtanh" and argument(args, kwargs, 1, "min_val", -1.0) != 0:
        return Kind.ACTIVATION
    if name in _TWO_SIDED and _is_tensor(argument(args, kwargs, 1, "other", None)):
        return Kind.ACTIVATION
    if depending > 1 and (name in _BILINEAR or kind in (Kind.LINEAR, Kind.CONVOLUTION)):
        return Kind.PRODUCT
    return kind


def argument(args: Sequence[Any], kwargs: Mapping[str, Any], index: int, name: str, default: Any) -> Any:
    """The argument at `index` of a call, or called `name`."""
    return args[index] if len(args) > index else kwargs.get(name, default)


def _is_tensor(value: Any) -> bool:
    return hasattr(value, "grad_fn")
