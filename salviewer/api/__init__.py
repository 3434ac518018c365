"""All that a plugin may import, besides `salviewer.numeric`. Loads pydantic and pluggy, no torch, no numpy, no Qt."""

from salviewer.api.descriptors import ArchitectureInfo, CollectionInfo, ExplainerInfo, ReaderInfo, Source
from salviewer.api.evidence import Evidence, Heatmap, UnknownEvidence
from salviewer.api.explanation import Explanation
from salviewer.api.hooks import API_VERSION, hookimpl
from salviewer.api.jobspec import InputRef, JobSpec, ModelRef
from salviewer.api.method import (
    ArchitectureFacts,
    ArchitectureFamily,
    Collection,
    Explainer,
    Model,
    Reader,
    Request,
    Target,
    Work,
)
from salviewer.api.params import Params, param
from salviewer.api.preprocessing import IMAGENET, Preprocessing
from salviewer.api.progress import Progress
from salviewer.api.space import GridMap
from salviewer.api.values import ModelInput, Note, Picture, Prediction, Sample

__all__ = [
    "API_VERSION",
    "IMAGENET",
    "ArchitectureFacts",
    "ArchitectureFamily",
    "ArchitectureInfo",
    "Collection",
    "CollectionInfo",
    "Evidence",
    "Explainer",
    "ExplainerInfo",
    "Explanation",
    "GridMap",
    "Heatmap",
    "InputRef",
    "JobSpec",
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
    "Request",
    "Sample",
    "Source",
    "Target",
    "UnknownEvidence",
    "Work",
    "hookimpl",
    "param",
]
