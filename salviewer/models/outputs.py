"""What a network's outputs mean: one logit per class, and the probabilities that follow from them.

| kind | the network returns | logits (N, K) | P(y | x) |
|---|---|---|---|
| softmax | K logits | as they are | softmax |
| sigmoid | K logits of independent labels | as they are | sigmoid |
| binary | one logit z of the second class | (-z, z) | sigmoid |
| ordinal | K - 1 logits z_k of P(y > k) | log P | sigmoid(z_(k-1)) - sigmoid(z_k), made to sum to 1 |
| caption | (N, T, V) logits, see `captions` | log odds of its T words | sigmoid |
| probabilities | K probabilities, or one of the second class | log P | exp |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from salviewer.errors import UnsupportedModel

Outputs = Literal["softmax", "sigmoid", "ordinal", "binary", "probabilities", "caption"]
KINDS: Final = ("softmax", "sigmoid", "ordinal", "binary", "probabilities", "caption")

_TINY: Final = 1e-30
_LEAST_STEP: Final = 1e-6
"""Where cumulative logits do not fall, as they should, a class keeps this share instead of a negative one."""


def unwrap(result: Any) -> Tensor:
    """The network's raw outputs (N, M) in float32, found in whatever its forward returned.

    A tensor, an object with `.logits`, or a tuple or dict whose first (N, M) tensor counts (auxiliary heads follow).

    Raises:
        UnsupportedModel: there is no such tensor, as with segmentation or detection networks.
    """
    if isinstance(result, Tensor):
        return _as_rows(result)
    if isinstance(logits := getattr(result, "logits", None), Tensor):
        return _as_rows(logits)
    for part in _parts(result):
        if isinstance(part, Tensor) and part.is_floating_point() and part.flatten(1).shape[1] == part.shape[1]:
            return _as_rows(part)
    raise UnsupportedModel(
        f"The network returns {_describe(result)}; one row of class outputs per input is needed.", code="outputs"
    )


def class_count(raw: Tensor, kind: Outputs) -> int:
    """How many classes raw outputs (N, M) of `kind` tell apart."""
    m = raw.shape[1]
    if kind == "ordinal":
        return m + 1
    return 2 if kind == "binary" or (kind == "probabilities" and m == 1) else m


def to_logits(raw: Tensor, kind: Outputs) -> Tensor:
    """Logits (N, K) float32 from raw outputs (N, M)."""
    raw = raw.float()
    if kind == "binary":
        return torch.cat([-raw, raw], 1)
    if kind == "ordinal":
        return _ordinal(raw)
    if kind == "probabilities":
        return torch.log((torch.cat([1 - raw, raw], 1) if raw.shape[1] == 1 else raw).clamp_min(_TINY))
    return raw


def to_probabilities(logits: Tensor, kind: Outputs) -> Tensor:
    """P(y | x) (N, K) in 0..1 from logits (N, K)."""
    if kind in ("sigmoid", "binary", "caption"):
        return torch.sigmoid(logits)
    return torch.exp(logits) if kind == "probabilities" else torch.softmax(logits, 1)


def look_like_probabilities(raw: Tensor) -> bool:
    """Whether each row of (N, M) outputs is non-negative and sums to 1."""
    rows = raw.float()
    return rows.shape[1] > 1 and bool((rows >= 0).all()) and bool(((rows.sum(1) - 1).abs() < 1e-3).all())


def _ordinal(z: Tensor) -> Tensor:
    """Log probabilities (N, K) from cumulative logits (N, K - 1).

    sigmoid(a) - sigmoid(b) = sigmoid(a) sigmoid(-b) (1 - exp(b - a)), which stays exact where both are near 0 or 1.
    """
    above, below = F.logsigmoid(z), F.logsigmoid(-z)
    falls = (z[:, :-1] - z[:, 1:]).clamp_min(_LEAST_STEP)
    middle = above[:, :-1] + below[:, 1:] + torch.log(-torch.expm1(-falls))
    return torch.log_softmax(torch.cat([below[:, :1], middle, above[:, -1:]], 1), 1)


def _parts(result: Any) -> Iterator[Any]:
    if isinstance(result, Mapping):
        yield from ([result["logits"]] if "logits" in result else result.values())
    elif isinstance(result, tuple | list):
        yield from result
    elif hasattr(result, "__dataclass_fields__"):
        yield from (getattr(result, name) for name in result.__dataclass_fields__)


def _as_rows(outputs: Tensor) -> Tensor:
    """(N, M) of (N, M), (N,) or (N, M, 1, 1)."""
    if not outputs.is_floating_point():
        raise UnsupportedModel(
            f"The network returns {_describe(outputs)}; it must return logits, not chosen classes.", code="outputs"
        )
    if outputs.ndim == 1:
        return outputs[:, None].float()
    if outputs.ndim == 0 or outputs.flatten(1).shape[1] != outputs.shape[1]:
        raise UnsupportedModel(
            f"The network returns {_describe(outputs)}, as segmentation networks do; "
            "one row of class outputs per input is needed.",
            code="outputs",
        )
    return outputs.flatten(1).float()


def _describe(result: Any) -> str:
    if isinstance(result, Tensor):
        return f"{str(result.dtype).removeprefix('torch.')} values of shape {' x '.join(map(str, result.shape))}"
    return f"a {type(result).__name__}"
