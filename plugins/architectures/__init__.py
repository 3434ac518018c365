"""Networks that can be built by name: torchvision's, CIFAR's ResNets, timm's and MONAI's where installed."""

from __future__ import annotations

from importlib.util import find_spec

from salviewer.api import ArchitectureInfo, hookimpl
from salviewer_plugins.architectures.names import CIFAR, TORCHVISION


@hookimpl
def salviewer_architectures() -> list[ArchitectureInfo]:
    """Return the families whose library is there; nothing heavy is imported to find out."""
    families = [
        ArchitectureInfo(
            key="torchvision",
            title="torchvision",
            summary="Classification networks of torchvision; published ImageNet weights can be downloaded.",
            run="salviewer_plugins.architectures.torchvision_family:TorchvisionFamily",
            names=TORCHVISION,
        ),
        ArchitectureInfo(
            key="cifar",
            title="CIFAR ResNets",
            summary="The small residual networks for 32 x 32 pictures, with parameter-free shortcuts.",
            run="salviewer_plugins.architectures.cifar:CifarFamily",
            names=CIFAR,
        ),
    ]
    if find_spec("timm"):
        families.append(
            ArchitectureInfo(
                key="timm",
                title="timm",
                summary="Classification networks of timm, named “timm/NAME”.",
                run="salviewer_plugins.architectures.timm_family:TimmFamily",
            )
        )
    if find_spec("monai"):
        families.append(
            ArchitectureInfo(
                key="monai",
                title="MONAI",
                summary="Classification networks of MONAI for pictures and volumes, named “monai/NAME-2d” and so on.",
                run="salviewer_plugins.architectures.monai_family:MonaiFamily",
            )
        )
    return families
