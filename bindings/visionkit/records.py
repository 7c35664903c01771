"""Model records: what a network takes and answers, as the dictionary that travels with it as visionkit.json.

    record = visionkit.record_from_torchvision(weights)          # of torchvision's own transforms
    record = visionkit.record_from_timm(model)                   # of timm's configuration
    tensor, _ = visionkit.preprocess(picture, **visionkit.input_keywords(record))
    visionkit.export(model, example, "model.pt", record)

The format is src/docs/model_record.md.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypedDict

if TYPE_CHECKING:
    from visionkit._core import BoxMapping, ChannelOrder, Interpolation, LetterboxAnchor, ResizeMode, Rounding
    from visionkit._core import SegmentationResize, TensorLayout

Task = Literal[
    "classification", "multilabel_classification", "detection", "instance_segmentation", "semantic_segmentation",
    "panoptic_segmentation"]


class RecordLetterbox(TypedDict, total=False):
    """How a letterboxed picture lies in the input."""

    anchor: LetterboxAnchor
    size_rounding: Rounding
    scale_up: bool
    stride: int
    fill: int
    box_mapping: BoxMapping


class RecordResize(TypedDict, total=False):
    """How the size of the resized picture follows from the picture's."""

    mode: ResizeMode
    width: int
    height: int
    side: int
    max_side: int
    other_side: Rounding
    interpolation: Interpolation
    letterbox: RecordLetterbox


class RecordCrop(TypedDict, total=False):
    """The center of the resized picture."""

    width: int
    height: int
    offset: Rounding


class RecordInput(TypedDict, total=False):
    """How a picture becomes the input: resize, crop, (pixel * scale - mean) / std, layout."""

    resize: RecordResize
    crop: RecordCrop
    color: ChannelOrder
    layout: TensorLayout
    dtype: Literal["float32", "bfloat16", "uint8"]
    scale: float
    mean: list[float]
    std: list[float]
    batch: int


class RecordOutput(TypedDict, total=False):
    """What the network answers."""

    scores: Literal["logits", "probabilities", "labels"]
    tensors: list[str]
    format: str
    labels_per_box: Literal["best", "several"]
    coordinates: Literal["pixels", "normalized"]
    activation: Literal["none", "sigmoid", "softmax"]
    encoding: Literal["corners", "center", "xywh"]
    label_numbers: list[int]
    mask_rule: Literal["logit", "sigmoid"]
    mask_frame: Literal["input", "box"]
    corners: Literal["half_pixel", "align_corners"]
    resize: SegmentationResize
    stuff: list[str]


class RecordSelfTest(TypedDict, total=False):
    """The answer to a picture that anybody can make."""

    width: int
    height: int
    input_sha256: str
    output: list[float]
    tolerance: float


class RecordRun(TypedDict, total=False):
    """What choose_precision() measured."""

    precision: Literal["float32", "bfloat16", "float16"]
    figure: str
    in_float32: float
    in_candidate: float
    max_drop: float


class Provenance(TypedDict, total=False):
    """Where a model comes from; free text."""

    version: str
    source: str
    license: str
    note: str


class Record(TypedDict, total=False):
    """The whole record; `visionkit` is 1, the version of the format."""

    visionkit: int
    name: str
    task: Task
    labels: list[str]
    input: RecordInput
    output: RecordOutput
    temperature: float
    score_thresholds: list[float]
    iou_threshold: float
    self_test: RecordSelfTest
    run: RecordRun
    provenance: Provenance


def refuse(code: str, message: str) -> NoReturn:
    """Raises the Error of that code; the message becomes one line of at most 300 characters, as C++ has them."""
    from visionkit import errors

    line = " ".join(message.split())
    raise errors.by_code[code](line if len(line) <= 300 else line[:297] + "...")


def input_keywords(record: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of preprocess() and Preprocessor that carry out the `input` of a record."""
    names = {"color": "channel_order"}
    keywords = {names.get(key, key): value for key, value in record.get("input", {}).items() if key != "batch"}
    for step in ("resize", "crop"):
        if step in keywords:
            keywords[step] = _sized(keywords[step])
    return keywords


def record_from_torchvision(
    weights: Any, *, transforms: Any = None, labels: Sequence[str] | None = None, name: str | None = None
) -> Record:
    """The record of a torchvision network for classification, detection (to be scripted) or semantic segmentation.

    `weights` is a member of one of torchvision's enumerations, `ResNet50_Weights.DEFAULT` say, or its name. Their
    `transforms()` become the input: pictures are resized with Pillow's arithmetic, as torchvision does with Pillow
    images. Their categories become the labels; a name that several classes have gets their numbers.
    `transforms` (a preset with other values) and `labels` say what is different in a network that was trained further.

    Raises Error: invalid_argument for what is no such weights, invalid_option for transforms that a record cannot say.
    """
    if isinstance(weights, str):
        weights = importlib.import_module("torchvision.models").get_weight(weights)
    if not hasattr(weights, "transforms") or not hasattr(weights, "meta"):
        refuse("invalid_argument", f"record_from_torchvision(): weights is {_kind(weights)}, expected a member of an "
               "enumeration such as torchvision.models.ResNet50_Weights, or its name")
    transforms = weights.transforms() if transforms is None else transforms
    categories = list(weights.meta.get("categories") or [])
    record: Record = {"visionkit": 1, "name": str(weights) if name is None else name}
    kind = type(transforms).__name__
    if kind == "ObjectDetection":
        # Categories that no box can have.
        numbers = [number for number, category in enumerate(categories) if category not in ("__background__", "N/A")]
        if labels is not None and len(labels) != len(numbers):
            numbers = list(range(1, len(labels) + 1))
        record["task"] = "instance_segmentation" if type(weights).__name__.startswith("MaskRCNN") else "detection"
        names = [categories[number] for number in numbers]
        record["input"] = {}
        record["output"] = {"format": "torchvision", "tensors": ["1"], "label_numbers": numbers}
    elif kind in ("ImageClassification", "SemanticSegmentation"):
        is_classifier = kind == "ImageClassification"
        record["task"] = "classification" if is_classifier else "semantic_segmentation"
        names = categories
        record["input"] = _torchvision_input(transforms)
        record["output"] = {"scores": "logits"} if is_classifier else {"scores": "logits", "tensors": ["out"]}
    else:
        refuse("invalid_option", f"record_from_torchvision(): transforms is {kind}, expected ImageClassification, "
               "ObjectDetection or SemanticSegmentation of torchvision.transforms")
    record["labels"] = _unique(names if labels is None else labels)
    record["provenance"] = {"source": f"torchvision {importlib.metadata.version('torchvision')}, {weights}"}
    if "license" in weights.meta:
        record["provenance"]["license"] = str(weights.meta["license"])
    return record


def record_from_timm(
    source: Any, *, labels: Sequence[str] | None = None, name: str | None = None, use_test_size: bool = False
) -> Record:
    """The record of a classifier of timm.

    `source` is a model, the name of a pretrained one ("resnet50.a1_in1k"), a PretrainedCfg, or a dictionary: what
    timm.data.resolve_data_config() gives, or a config.json of the Hub. The input is what timm.data.create_transform()
    makes of it for evaluation, to the last bit of timm's tensor. (Crop mode "border" rounds some sides of 1 picture size
    in 10,000 otherwise.) Labels are those of the configuration, where it has some. timm's ImageNetInfo knows those of
    ImageNet: `labels=timm.data.ImageNetInfo().label_descriptions()`; a name that several classes have gets their numbers.
    `use_test_size` takes the size and crop of timm's evaluation instead of those of training.

    Raises Error: invalid_argument for what has no configuration, invalid_option for preprocessing that a record cannot
    say.
    """
    config, count = _timm_config(source)
    if not config:
        refuse("invalid_argument", f"record_from_timm(): source is {_kind(source)}, expected a model of timm, a "
               "PretrainedCfg, a dictionary, or the name of a pretrained model")
    data = importlib.import_module("timm.data").resolve_data_config(pretrained_cfg=config, use_test_size=use_test_size)
    if labels is None and config.get("label_names"):
        descriptions = config.get("label_descriptions") or {}
        labels = [str(descriptions.get(key, key)) for key in config["label_names"]]
    title = name
    if title is None:
        title = ".".join(str(config[key]) for key in ("architecture", "tag") if config.get(key))
    record: Record = {"visionkit": 1, "name": title, "task": "classification"}
    if labels is not None:
        if count is not None and count != len(labels):
            refuse("invalid_option", f"record_from_timm(): {len(labels)} labels for {count} classes")
        record["labels"] = _unique(labels)
    record["input"] = _timm_input(data)
    record["output"] = {"scores": "logits"}
    record["provenance"] = {"source": f"timm {importlib.metadata.version('timm')}"}
    if config.get("hf_hub_id"):
        record["provenance"]["source"] += f", {config['hf_hub_id']}"
    if config.get("license"):
        record["provenance"]["license"] = str(config["license"])
    return record


def _kind(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else f"of the type {type(value).__name__}"


def _sized(step: Mapping[str, Any]) -> dict[str, Any]:
    """width and height as the `size` of the options."""
    options = {key: value for key, value in step.items() if key not in ("width", "height")}
    if "width" in step:
        options["size"] = (step["width"], step["height"])
    return options


def _unique(names: Iterable[str]) -> list[str]:
    """ImageNet has two cranes and two maillots: a name that several classes have gets their numbers."""
    names = [str(name) for name in names]
    counts = Counter(names)
    return [name if counts[name] == 1 else f"{name} ({number})" for number, name in enumerate(names)]


def _pillow(interpolation: str, caller: str) -> Interpolation:
    """The filter that torchvision's functions take for Pillow images."""
    filters: dict[str, Interpolation] = {
        "nearest": "pillow.nearest", "nearest-exact": "pillow.nearest", "box": "pillow.box", "bilinear": "pillow.bilinear",
        "hamming": "pillow.hamming", "bicubic": "pillow.bicubic", "lanczos": "pillow.lanczos"}
    if interpolation not in filters:
        refuse("invalid_option", f"{caller}(): interpolation is '{interpolation}', expected {', '.join(filters)}")
    return filters[interpolation]


def _torchvision_input(preset: Any) -> RecordInput:
    result: RecordInput = {}
    filter_name = getattr(preset.interpolation, "value", str(preset.interpolation))
    if preset.resize_size is not None:
        result["resize"] = {"mode": "shorter_side", "side": int(preset.resize_size[0]),
                            "interpolation": _pillow(filter_name, "record_from_torchvision")}
    if hasattr(preset, "crop_size"):
        result["crop"] = {"width": int(preset.crop_size[0]), "height": int(preset.crop_size[0])}
    result["mean"] = [float(value) for value in preset.mean]
    result["std"] = [float(value) for value in preset.std]
    return result


def _timm_config(source: Any) -> tuple[dict[str, Any], int | None]:
    """The configuration of whatever has one, and the number of classes of a model."""
    count = None
    if isinstance(source, str):
        source = importlib.import_module("timm").get_pretrained_cfg(source)
    elif hasattr(source, "pretrained_cfg"):
        count = getattr(source, "num_classes", None)
        source = source.pretrained_cfg
    if hasattr(source, "to_dict"):
        source = source.to_dict()
    if not isinstance(source, Mapping):
        return {}, count
    inner = source.get("pretrained_cfg")
    return {**source, **inner} if isinstance(inner, Mapping) else dict(source), count


def _timm_input(data: Mapping[str, Any]) -> RecordInput:
    channels, height, width = data["input_size"]
    colors: dict[int, ChannelOrder] = {1: "gray", 3: "rgb"}
    if channels not in colors:
        refuse("invalid_option", f"record_from_timm(): input_size has {channels} channels, expected 1 or 3")
    share, mode = data["crop_pct"], data["crop_mode"]
    # As timm divides and rounds.
    scaled_height, scaled_width = (math.floor(side / share) for side in (height, width))
    mean = [float(value) for value in data["mean"]]
    resize: RecordResize
    if mode == "squash":
        resize = {"mode": "stretch", "width": scaled_width, "height": scaled_height}
    elif mode == "center" and scaled_width == scaled_height:
        resize = {"mode": "shorter_side", "side": scaled_width}
    elif mode == "border" and (scaled_width, scaled_height) == (width, height) and len(set(mean)) == 1:
        resize = {"mode": "letterbox", "width": width, "height": height,
                  "letterbox": {"fill": round(255 * mean[0]), "box_mapping": "exact"}}
    else:
        refuse("invalid_option", f"record_from_timm(): crop mode '{mode}' with input_size {width}x{height}, crop_pct "
               f"{share} and mean {mean} is nothing that a record can say")
    resize["interpolation"] = _pillow(data["interpolation"], "record_from_timm")
    result: RecordInput = {"resize": resize}
    if resize["mode"] != "letterbox":
        result["crop"] = {"width": width, "height": height}
    result["color"] = colors[channels]
    result["mean"] = mean
    result["std"] = [float(value) for value in data["std"]]
    return result
