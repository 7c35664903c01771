"""Decoding of masks beside torchvision and torch.

The pixels must be equal, but for those whose value lies within a stated margin of the threshold.
"""
import side_by_side
from side_by_side import median_ms

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torchvision.models.detection.roi_heads import paste_masks_in_image


def boxes_of(count, width, height, generator):
    sides = generator.uniform(16, 400, (count, 2))
    centres = generator.uniform(0, 1, (count, 2)) * (width, height)
    return np.hstack([centres - sides / 2, centres + sides / 2]).clip(0, (width, height, width, height)).astype(np.float32)


def smooth(shape, generator):
    """Noise with the outlines of objects rather than of pixels."""
    coarse = torch.from_numpy(generator.normal(0, 1, (*shape[:-2], 6, 6)).astype(np.float32))
    planes = F.interpolate(coarse.reshape(1, -1, 6, 6), shape[-2:], mode="bicubic", align_corners=False)
    return planes.reshape(shape).contiguous()


def paste(count, width, height, generator, folder):
    boxes = boxes_of(count, width, height, generator)
    masks = torch.sigmoid(4 * smooth((count, 1, 28, 28), generator) + 1)
    boxes.tofile(folder / "boxes.f32")
    masks.numpy().tofile(folder / "masks.f32")
    tensor = torch.from_numpy(boxes)
    return (lambda: paste_masks_in_image(masks, tensor, (height, width)),
            lambda values: (values[:, 0] > 0.5, (values[:, 0] - 0.5).abs() < 1e-5))


def semantic(_, width, height, generator, folder):
    logits = 5 * smooth((1, 21, 65, 65), generator)
    logits.numpy().tofile(folder / "logits.f32")

    def doubtful(labels):
        best = F.interpolate(logits, (height, width), mode="bilinear", align_corners=False)[0].topk(2, 0).values
        return labels, best[0] - best[1] < 1e-5

    return (lambda: F.interpolate(logits, (height, width), mode="bilinear", align_corners=False)[0].argmax(0), doubtful)


def prototypes(count, width, height, generator, folder):
    boxes = boxes_of(count, width, height, generator)
    planes = smooth((32, 160, 160), generator)
    factors = torch.from_numpy(generator.normal(0, 0.5, (count, 32)).astype(np.float32))
    boxes.tofile(folder / "boxes.f32")
    planes.numpy().tofile(folder / "prototypes.f32")
    factors.numpy().tofile(folder / "coefficients.f32")
    x1, y1, x2, y2 = (torch.from_numpy(boxes[:, i]).view(-1, 1, 1) for i in range(4))
    columns, rows = torch.arange(width).view(1, 1, -1), torch.arange(height).view(1, -1, 1)

    def scores():
        masks = (factors @ planes.view(32, -1)).view(1, count, 160, 160)
        masks = F.interpolate(masks, (height, width), mode="bilinear", align_corners=False)[0]
        return masks * ((columns >= x1) * (columns < x2) * (rows >= y1) * (rows < y2))

    return (lambda: scores() > 0, lambda masks: (masks, scores().abs() < 1e-4))


def compare(bench, worker, what, peer, make, count, width, height, generator, folder):
    call, judge = make(count, width, height, generator, folder)

    def ours(repeats):
        return float(worker.ask(make.__name__, folder, repeats, width, height)[0])

    ours(1)
    expected, doubtful = judge(call())
    found = torch.from_numpy(np.fromfile(folder / "ours", np.uint8)).reshape(expected.shape)
    equal = bool(((found == expected) | doubtful).all())
    bench.compare(what, ours, {peer: (lambda repeats: median_ms(call, repeats), equal)})


def rows(bench, folder):
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    worker = side_by_side.Worker("tests/bench/masks/visionkit_mask_decode_bench")
    generator = np.random.default_rng(1)
    cases = [("paste 100 masks, 640x480", "torchvision paste_masks_in_image", paste, 100, 640, 480),
             ("paste 100 masks, 1920x1080", "torchvision paste_masks_in_image", paste, 100, 1920, 1080),
             ("21x65x65 to 520x520, arg-max", "torch interpolate + argmax", semantic, 0, 520, 520),
             ("21x65x65 to 1920x1080, arg-max", "torch interpolate + argmax", semantic, 0, 1920, 1080),
             ("50 prototype masks, 640x640", "torch matmul, interpolate, crop, > 0", prototypes, 50, 640, 640)]
    for case in cases:
        compare(bench, worker, *case, generator, folder)


if __name__ == "__main__":
    side_by_side.run(f"torch {torch.__version__}, torchvision {torchvision.__version__}", rows)
