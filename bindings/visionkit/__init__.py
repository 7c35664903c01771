"""visionkit: images in, results out, with the numbers of the tools that trained the model.

    import visionkit
    picture = visionkit.read_image("street.jpg")                     # an array [height, width, 3], RGB
    found = visionkit.Detections(boxes, scores, labels)[keep]        # arrays that behave like a list
    visionkit.write_image("out.png", visionkit.draw(picture, found))

Sub-modules: visionkit.metrics, visionkit.datasets, visionkit.errors. Nothing here imports torch; NumPy is imported
when the first array is needed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from visionkit import errors as errors
from visionkit._core import (
    AllowedFormats as AllowedFormats,
    AppliedTransform as AppliedTransform,
    BatchOptions as BatchOptions,
    Classification as Classification,
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
    PanopticReadImageOptions as PanopticReadImageOptions,
    PanopticSegment as PanopticSegment,
    PasteMasksOptions as PasteMasksOptions,
    Preprocessor as Preprocessor,
    PreprocessOptions as PreprocessOptions,
    RankOptions as RankOptions,
    ReadOptions as ReadOptions,
    ReadReport as ReadReport,
    ResizeOptions as ResizeOptions,
    SegmentationDecodeOptions as SegmentationDecodeOptions,
    SoftNmsOptions as SoftNmsOptions,
    TileOptions as TileOptions,
    TransformGeometry as TransformGeometry,
    WriteOptions as WriteOptions,
    __version__ as __version__,
    authors_soft_nms as authors_soft_nms,
    class_color as class_color,
    decode_segmentation as decode_segmentation,
    draw as draw,
    draw_differences as draw_differences,
    draw_map as draw_map,
    encode_image as encode_image,
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
    rank as rank,
    read_image as read_image,
    read_image_with_report as read_image_with_report,
    read_label_map as read_label_map,
    read_mask as read_mask,
    read_panoptic_ids as read_panoptic_ids,
    resize as resize,
    rotated_nms as rotated_nms,
    sigmoid as sigmoid,
    softmax as softmax,
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
    from visionkit.detections import Detection as Detection
    from visionkit.detections import Detections as Detections
    from visionkit.detections import concatenate as concatenate

# What needs NumPy or is seldom needed is imported when it is asked for: `import visionkit` takes a few milliseconds.
_LATER = {
    "Detection": "detections",
    "Detections": "detections",
    "concatenate": "detections",
    "datasets": "",
    "metrics": "",
}


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
