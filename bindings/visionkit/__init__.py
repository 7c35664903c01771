"""visionkit: images in, results out, with the numbers of the tools that trained the model.

    import visionkit
    found = visionkit.Detector("model.pt").detect("street.jpg")      # arrays that behave like a list
    found.plot("street.jpg").save("out.png")

Sub-modules: visionkit.metrics, visionkit.datasets, visionkit.errors. `import visionkit` imports neither torch nor NumPy:
NumPy comes with the first array, torch with the first name that runs networks.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from visionkit import _core
from visionkit import errors as errors
from visionkit._core import (
    AllowedFormats as AllowedFormats,
    AppliedTransform as AppliedTransform,
    BatchOptions as BatchOptions,
    ConnectedComponent as ConnectedComponent,
    CropOptions as CropOptions,
    DrawOptions as DrawOptions,
    ImageLimits as ImageLimits,
    LabelMap as LabelMap,
    LabelMapReadOptions as LabelMapReadOptions,
    LabelMapWriteOptions as LabelMapWriteOptions,
    LetterboxOptions as LetterboxOptions,
    MapDrawOptions as MapDrawOptions,
    Mask as Mask,
    MaskNmsOptions as MaskNmsOptions,
    MaskReadOptions as MaskReadOptions,
    MaskWriteOptions as MaskWriteOptions,
    NmsOptions as NmsOptions,
    OpenCvNmsOptions as OpenCvNmsOptions,
    PanopticMap as PanopticMap,
    PanopticMergeOptions as PanopticMergeOptions,
    PanopticQueryOptions as PanopticQueryOptions,
    PanopticReadImageOptions as PanopticReadImageOptions,
    PanopticSegment as PanopticSegment,
    PasteMasksOptions as PasteMasksOptions,
    PreprocessOptions as PreprocessOptions,
    Preprocessor as Preprocessor,
    PrototypeMasksOptions as PrototypeMasksOptions,
    RankOptions as RankOptions,
    ReadOptions as ReadOptions,
    ReadReport as ReadReport,
    ResizeOptions as ResizeOptions,
    RetinanetAnchorOptions as RetinanetAnchorOptions,
    RetinanetLevel as RetinanetLevel,
    SegmentationDecodeOptions as SegmentationDecodeOptions,
    SoftNmsOptions as SoftNmsOptions,
    SsdAnchorOptions as SsdAnchorOptions,
    SsdLevel as SsdLevel,
    TileOptions as TileOptions,
    TransformGeometry as TransformGeometry,
    WriteOptions as WriteOptions,
    __version__ as __version__,
    authors_soft_nms as authors_soft_nms,
    class_color as class_color,
    decode_detections as decode_detections,
    decode_panoptic_queries as decode_panoptic_queries,
    decode_segmentation as decode_segmentation,
    detection_formats as detection_formats,
    draw as draw,
    draw_differences as draw_differences,
    draw_map as draw_map,
    encode_image as encode_image,
    head_values as head_values,
    image_from_16bit as image_from_16bit,
    image_from_float as image_from_float,
    image_from_yuv as image_from_yuv,
    intersect as intersect,
    judge as judge,
    mask_iou as mask_iou,
    mask_nms as mask_nms,
    merge_panoptic as merge_panoptic,
    nms as nms,
    opencv_nms as opencv_nms,
    opencv_soft_nms as opencv_soft_nms,
    pairwise_overlap as pairwise_overlap,
    paste_masks as paste_masks,
    plan_tiles as plan_tiles,
    preprocess as preprocess,
    prototype_masks as prototype_masks,
    rank as rank,
    read_image as read_image,
    read_image_with_report as read_image_with_report,
    read_label_map as read_label_map,
    read_mask as read_mask,
    read_panoptic_ids as read_panoptic_ids,
    resize as resize,
    retinanet_anchors as retinanet_anchors,
    rotated_nms as rotated_nms,
    sigmoid as sigmoid,
    softmax as softmax,
    ssd_anchors as ssd_anchors,
    suppress as suppress,
    unite as unite,
    write_image as write_image,
    write_label_map as write_label_map,
    write_mask as write_mask,
    write_panoptic_ids as write_panoptic_ids,
)
from visionkit.errors import Error as Error
from visionkit.values import (
    Box as Box,
    ClassArea as ClassArea,
    ClassScore as ClassScore,
    Color as Color,
    ObjectBox as ObjectBox,
    PixelBox as PixelBox,
    PixelRect as PixelRect,
    Size as Size,
)

if TYPE_CHECKING:
    from visionkit import datasets as datasets
    from visionkit import metrics as metrics
    from visionkit.exporting import Exported as Exported
    from visionkit.exporting import export as export
    from visionkit.records import Record as Record
    from visionkit.records import input_keywords as input_keywords
    from visionkit.records import record_from_timm as record_from_timm
    from visionkit.records import record_from_torchvision as record_from_torchvision
    from visionkit.runtime import (
        Classifier as Classifier,
        ClassifierOptions as ClassifierOptions,
        Detector as Detector,
        DetectorOptions as DetectorOptions,
        DoctorReport as DoctorReport,
        EvaluateOptions as EvaluateOptions,
        Evaluation as Evaluation,
        EvaluationProgress as EvaluationProgress,
        ModelDescription as ModelDescription,
        ModelLimits as ModelLimits,
        ModelRecord as ModelRecord,
        OutputContract as OutputContract,
        PrecisionChoice as PrecisionChoice,
        PrecisionOptions as PrecisionOptions,
        Profile as Profile,
        Provenance as Provenance,
        RecordedRun as RecordedRun,
        ReportOptions as ReportOptions,
        RunOptions as RunOptions,
        Segmenter as Segmenter,
        SegmenterOptions as SegmenterOptions,
        SelfTest as SelfTest,
        choose_precision as choose_precision,
        describe as describe,
        doctor as doctor,
        engines as engines,
        evaluate as evaluate,
        load as load,
        parse_record as parse_record,
        read_record as read_record,
        run_network as run_network,
    )
    from visionkit.classification import Classification as Classification
    from visionkit.detections import Detection as Detection
    from visionkit.detections import Detections as Detections
    from visionkit.detections import concatenate as concatenate
    from visionkit.exporting import Exported as Exported
    from visionkit.exporting import export as export
    from visionkit.records import Record as Record
    from visionkit.records import input_keywords as input_keywords
    from visionkit.records import record_from_timm as record_from_timm
    from visionkit.records import record_from_torchvision as record_from_torchvision

# What needs NumPy or is seldom needed is imported when it is asked for: `import visionkit` takes a few milliseconds.
_LATER = {
    "Classification": "classification",
    "Detection": "detections",
    "Detections": "detections",
    "concatenate": "detections",
    "Record": "records",
    "input_keywords": "records",
    "record_from_timm": "records",
    "record_from_torchvision": "records",
    "datasets": "",
    "metrics": "",
}
if _core.torch_version:
    _LATER |= {"Exported": "exporting", "export": "exporting"}
    _LATER |= dict.fromkeys(
        ("Classifier", "ClassifierOptions", "Detector", "DetectorOptions", "DoctorReport", "EvaluateOptions", "Evaluation",
         "EvaluationProgress", "ModelDescription", "ModelLimits", "ModelRecord", "OutputContract", "PrecisionChoice", "PrecisionOptions", "Profile", "Provenance",
         "RecordedRun", "ReportOptions", "RunOptions", "Segmenter", "SegmenterOptions", "SelfTest", "choose_precision", "describe", "doctor", "engines", "evaluate", "load",
         "parse_record", "read_record", "run_network"), "runtime")
    _LATER |= {"Exported": "exporting", "export": "exporting"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'visionkit' has no attribute '{name}'")
    module = importlib.import_module(f"visionkit.{_LATER[name] or name}")
    value = getattr(module, name) if _LATER[name] else module
    globals()[name] = value
    return value


if not TYPE_CHECKING:  # for type checkers the names above say what is public
    _HELPERS = ("annotations", "importlib", "Any", "TYPE_CHECKING")
    __all__ = [name for name in globals() if name[0] != "_" and name not in _HELPERS]
    __all__ += ["__version__", *_LATER]

    def __dir__():
        return sorted(__all__)
