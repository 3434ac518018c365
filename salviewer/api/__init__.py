"""All that a plugin may import, besides `salviewer.numeric`. Loads pydantic and pluggy, no torch, no numpy, no Qt."""

from salviewer.api.descriptors import ArchitectureInfo, CollectionInfo, ExplainerInfo, MetricInfo, ReaderInfo, Source
from salviewer.api.evidence import Curve, Evidence, Heatmap, UnknownEvidence
from salviewer.api.explanation import Explanation, Measurement
from salviewer.api.hooks import API_VERSION, hookimpl
from salviewer.api.jobspec import AnnotationRef, AtlasRef, InputRef, JobSpec, ModelRef
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
from salviewer.api.params import Params, param
from salviewer.api.preprocessing import IMAGENET, Preprocessing, VolumePreprocessing
from salviewer.api.progress import Progress
from salviewer.api.region_rows import RANK_COLOURS, regions_of, table_of
from salviewer.api.regions import RegionTable
from salviewer.api.space import GridMap
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
    "Curve",
    "Evidence",
    "Explainer",
    "ExplainerInfo",
    "Explanation",
    "GridMap",
    "Heatmap",
    "InputRef",
    "JobSpec",
    "MeasureRequest",
    "Measurement",
    "Metric",
    "MetricInfo",
    "Model",
    "ModelInput",
    "ModelRef",
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
    "UnknownEvidence",
    "Volume",
    "VolumePreprocessing",
    "Work",
    "hookimpl",
    "param",
    "regions_of",
    "table_of",
]
