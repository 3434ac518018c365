"""Tables 1 to 3 of "Distribution-Guided Local Explanation for Black-Box Classifiers", in one."""

from __future__ import annotations

from salviewer.bench.recipe import Column, Line, Recipe
from salviewer.bench.spec import Asked

TABLES = Recipe(
    name="mask-predictor-tables",
    title="Mask predictor, Tables 1 to 3: faithfulness, explainability, pointing game",
    source="“Distribution-Guided Local Explanation for Black-Box Classifiers” (under review), Tables 1, 2 and 3",
    setting="ResNet-50, 10,000 pictures of ImageNet's validation set, in percent",
    columns=(
        Column("M_F", "faithfulness", decimals=2),
        Column("M_I", "explainability", 100.0, 2),
        Column("M_PG", "pointing-game", 100.0, 2),
    ),
    lines=(
        Line("Ours (BF)", "mask-predictor", (69.35, 84.31, 87.41), trained="basic"),
        Line("Ours (CF)", "mask-predictor", (71.35, 84.02, 85.90), trained="customized"),
        Line("MGnet", "mask-generator", (64.93, 83.16, 88.63), trained="mask-generator"),
        Line("MPert", "meaningful-perturbation", (68.93, 78.21, 84.25)),
        Line("Grad CAM", "gradcam", (69.71, 77.56, 76.72)),
        Line("Grad CAM++", "gradcam-plus-plus", (67.92, 83.33, 83.42)),
        Line("V-Grad", "gradient", (30.40, 65.30, 76.78)),
        Line("SM-Grad", "smoothgrad", (43.25, 71.91, 87.63), {"samples": 50, "noise": 0.2}),
        Line("IT-Grad", "integrated-gradients", (39.43, 66.46, 81.94), {"steps": 200, "baseline": "black"}),
    ),
    metrics=(Asked(key="faithfulness"), Asked(key="explainability"), Asked(key="pointing-game")),
    remarks=("M_PG is averaged over the pictures here, over the classes in the paper.",),
)
