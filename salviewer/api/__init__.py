"""All that a plugin may import, besides `salviewer.numeric`. Loads pydantic and pluggy, no torch, no numpy, no Qt."""

from salviewer.api.descriptors import (
    ArchitectureInfo,
    CollectionInfo,
    ExplainerInfo,
    MetricInfo,
    ReaderInfo,
    Source,
    TrainerInfo,
)
from salviewer.api.evidence import Curve, Evidence, Heatmap, UnknownEvidence
from salviewer.api.explanation import Explanation, Measurement
from salviewer.api.filters import FilterGallery
from salviewer.api.hooks import API_VERSION, hookimpl
from salviewer.api.jobspec import (
    AnnotationRef,
    AtlasRef,
    CollectionRef,
    InputRef,
    JobSpec,
    ModelRef,
    TrainedRef,
)
from salviewer.api.masks import MaskStack
from salviewer.api.method import (
    ArchitectureFacts,
    ArchitectureFamily,
    Collection,
    Explainer,
    MeasureRequest,
    Metric,
    Model,
    Reader,
    Request,
    Target,
    Work,
)
from salviewer.api.neurons import SUPPORTS, NeuronPath
from salviewer.api.params import Params, param
from salviewer.api.preprocessing import IMAGENET, Preprocessing, VolumePreprocessing
from salviewer.api.progress import Progress
from salviewer.api.region_rows import RANK_COLOURS, regions_of, table_of
from salviewer.api.regions import RegionTable
from salviewer.api.space import GridMap
from salviewer.api.trained import Trained
from salviewer.api.training import LabelledInput, Trainer, TrainRequest
from salviewer.api.values import (
    Annotation,
    Atlas,
    AtlasOnGrid,
    ModelInput,
    Note,
    Picture,
    Prediction,
    Region,
    Sample,
    Volume,
)

__all__ = [
    "API_VERSION",
    "IMAGENET",
    "RANK_COLOURS",
    "SUPPORTS",
    "Annotation",
    "AnnotationRef",
    "ArchitectureFacts",
    "ArchitectureFamily",
    "ArchitectureInfo",
    "Atlas",
    "AtlasOnGrid",
    "AtlasRef",
    "Collection",
    "CollectionInfo",
    "CollectionRef",
    "Curve",
    "Evidence",
    "Explainer",
    "ExplainerInfo",
    "Explanation",
    "FilterGallery",
    "GridMap",
    "Heatmap",
    "InputRef",
    "JobSpec",
    "LabelledInput",
    "MaskStack",
    "MeasureRequest",
    "Measurement",
    "Metric",
    "MetricInfo",
    "Model",
    "ModelInput",
    "ModelRef",
    "NeuronPath",
    "Note",
    "Params",
    "Picture",
    "Prediction",
    "Preprocessing",
    "Progress",
    "Reader",
    "ReaderInfo",
    "Region",
    "RegionTable",
    "Request",
    "Sample",
    "Source",
    "Target",
    "TrainRequest",
    "Trained",
    "TrainedRef",
    "Trainer",
    "TrainerInfo",
    "UnknownEvidence",
    "Volume",
    "VolumePreprocessing",
    "Work",
    "hookimpl",
    "param",
    "regions_of",
    "table_of",
]
