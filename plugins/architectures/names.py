"""Names of networks that are known without importing their library, so that a window can list them at once."""

from __future__ import annotations

from typing import Final

CIFAR: Final = ("cifar-resnet20", "cifar-resnet32", "cifar-resnet44", "cifar-resnet56", "cifar-resnet110")

TORCHVISION: Final = (
    "alexnet",
    *(f"convnext_{size}" for size in ("base", "large", "small", "tiny")),
    *(f"densenet{depth}" for depth in (121, 161, 169, 201)),
    *(f"efficientnet_b{n}" for n in range(8)),
    *(f"efficientnet_v2_{size}" for size in "lms"),
    "googlenet",
    "inception_v3",
    "maxvit_t",
    *(f"mnasnet{width}" for width in ("0_5", "0_75", "1_0", "1_3")),
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    *(f"regnet_x_{flops}f" for flops in ("16g", "1_6g", "32g", "3_2g", "400m", "800m", "8g")),
    *(f"regnet_y_{flops}f" for flops in ("128g", "16g", "1_6g", "32g", "3_2g", "400m", "800m", "8g")),
    *(f"resnet{depth}" for depth in (101, 152, 18, 34, 50)),
    *(f"resnext{kind}" for kind in ("101_32x8d", "101_64x4d", "50_32x4d")),
    *(f"shufflenet_v2_x{width}" for width in ("0_5", "1_0", "1_5", "2_0")),
    "squeezenet1_0",
    "squeezenet1_1",
    *(f"swin{version}_{size}" for version in ("", "_v2") for size in "bst"),
    *(f"vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_bn")),
    *(f"vit_{size}" for size in ("b_16", "b_32", "h_14", "l_16", "l_32")),
    "wide_resnet101_2",
    "wide_resnet50_2",
)
