"""The feature filter: of the deepest feature map, the places whose content belongs to the class.

    Y_ij = X_ij sigmoid(X_ij^T C_s)                                                                     Eq. 10

| paper | here |
|---|---|
| X (H x W x C) | `features` (N, C, h, w): the classifier's deepest map |
| C_s (1 x C) | row s of `embedding` (K, C) |
| Y | what `forward` returns, (N, C, h, w) |

It is trained before all else (appendix A.1): mean(sigmoid(X_ij^T C_s)), `presence`, up for the picture's class s, down
for other classes.

Source: "Distribution-Guided Local Explanation for Black-Box Classifiers" (2020), appendix A.1; Dabkowski and Gal: Real
Time Image Saliency for Black Box Classifiers (2017), section 4.
Differs from the paper: nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class FeatureFilter(nn.Module):
    """Eq. 10 for `classes` classes, over maps of `channels` channels.

    At first the embedding is small, so that every place passes about half: sigmoid(X^T C) is near 1/2.
    """

    def __init__(self, classes: int, channels: int) -> None:
        super().__init__()
        start = torch.randn(classes, channels)
        # a “meta” tensor has a shape only, and the first arithmetic with one loads torch's compiler, for seconds
        self.embedding = nn.Parameter(start if start.is_meta else start * 0.1 / channels)

    def gate(self, features: Tensor, index: Tensor) -> Tensor:
        """sigmoid(X_ij^T C_s) (N, 1, h, w), of maps (N, C, h, w) and the classes `index` (N,)."""
        return gate(features, self.embedding[index])

    def presence(self, features: Tensor, index: Tensor) -> Tensor:
        """mean_ij(sigmoid(X_ij^T C_s)) (N,) in 0..1: how much of the picture speaks of the class."""
        return self.gate(features, index).mean((1, 2, 3))

    def forward(self, features: Tensor, index: Tensor) -> Tensor:
        """Y (N, C, h, w)."""
        return filtered(features, self.embedding[index])


def gate(features: Tensor, chosen: Tensor) -> Tensor:
    """sigmoid(X_ij^T C_s) (N, 1, h, w), of maps (N, C, h, w) and their classes' C_s (N, C)."""
    if len(features) == 1:
        return torch.conv2d(features, chosen[:, :, None, None]).sigmoid()
    return torch.einsum("nchw,nc->nhw", features, chosen).sigmoid()[:, None]


def filtered(features: Tensor, chosen: Tensor) -> Tensor:
    """Eq. 10: Y (N, C, h, w), as in `gate`."""
    return features * gate(features, chosen)
