"""torchvision's operators for a torch that its compiled ones do not load beside.

PyPI's torchvision is compiled for CUDA only; its Python code needs no more than these to be scripted and to answer.
Import this before torchvision. Where the compiled operators load, they are left alone.
"""
import importlib.util
import pathlib

import torch


def nms(boxes, scores, iou_threshold):
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    corner = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:]) - torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    shared = corner.clamp(min=0).prod(2)
    overlaps = (shared / (area[:, None] + area[None] - shared)) > iou_threshold
    gone = torch.zeros(len(boxes), dtype=torch.bool)
    kept = []
    for i in scores.argsort(descending=True, stable=True).tolist():
        if not gone[i]:
            kept.append(i)
            gone |= overlaps[i]
    return torch.tensor(kept, dtype=torch.int64)


def taps(start, step, bins, grid, size):
    """[bins, size]: what each feature along one side adds to each bin. A sample lies between two features."""
    table = torch.zeros(bins * grid, size, dtype=start.dtype)
    place = (start + torch.arange(bins)[:, None] * step + (torch.arange(grid) + 0.5) * step / grid).flatten()
    rows = torch.arange(len(place))[(place >= -1) & (place <= size)]
    place = place[rows].clamp(0, size - 1)
    low = place.floor().long()
    table[rows, low] += 1 - (place - low)
    table[rows, (low + 1).clamp(max=size - 1)] += place - low
    return table.view(bins, grid, size).sum(1) / grid


def roi_align(features, rois, scale, pooled_height, pooled_width, sampling_ratio, aligned):
    height, width = features.shape[2:]
    pooled = features.new_zeros(len(rois), features.shape[1], pooled_height, pooled_width)
    for n, (image, *corners) in enumerate(rois):
        left, top, right, bottom = (corner * scale - (0.5 if aligned else 0) for corner in corners)
        steps = [(bottom - top) / pooled_height, (right - left) / pooled_width]
        if not aligned:
            steps = [step.clamp(min=1 / bins) for step, bins in zip(steps, (pooled_height, pooled_width))]
        grids = [sampling_ratio if sampling_ratio > 0 else int(step.ceil()) for step in steps]
        if min(grids) > 0:
            down = taps(top, steps[0], pooled_height, grids[0], height)
            across = taps(left, steps[1], pooled_width, grids[1], width)
            pooled[n] = down @ features[int(image)] @ across.T
    return pooled


def provide():
    found = importlib.util.find_spec("torchvision")
    for library in pathlib.Path(found.origin).parent.glob("_C*.so") if found else []:
        try:
            torch.ops.load_library(str(library))
            return
        except OSError:
            pass
    for name, arguments, function in [
        ("nms", "Tensor dets, Tensor scores, float iou_threshold", nms),
        ("roi_align", "Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width, "
         "int sampling_ratio, bool aligned", roi_align),
        ("qnms", "Tensor dets, Tensor scores, float iou_threshold", None),  # for the import only
        ("box_iou_rotated", "Tensor boxes1, Tensor boxes2", None),  # in the code for training
    ]:
        torch.library.define("torchvision::" + name, f"({arguments}) -> Tensor")
        if function:
            torch.library.impl("torchvision::" + name, "CPU", function)

    import torchvision.extension
    import torchvision.ops.boxes

    torchvision.extension._has_ops = available
    importlib.import_module("torchvision.ops.roi_align")._has_ops = available


def available() -> bool:
    return True


provide()
