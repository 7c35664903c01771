"""Networks that cost next to nothing, so that what is left of a call's time is that of visionkit. For the tests and for
tests/bench/python."""

import json

import torch

LABELS = ["one", "two", "three"]
INPUT = {"resize": {"mode": "stretch", "width": 8, "height": 8, "interpolation": "opencv.linear"}}


class Brightness(torch.nn.Module):
    def forward(self, x):
        mean = x.mean(dim=[1, 2, 3])
        return torch.stack([mean, mean * 2.0, mean * 3.0], 1)


class Grid(torch.nn.Module):
    """As many boxes side by side, whatever the picture shows, in the layout yolov8."""

    def __init__(self, count):
        super().__init__()
        places = torch.arange(count)
        x, y = places % 16, places // 16
        boxes = torch.stack([x * 0.5 + 0.25, y * 0.5 + 0.25, torch.full((count,), 0.4), torch.full((count,), 0.4)])
        scores = torch.zeros(len(LABELS), count)
        scores[places % len(LABELS), places] = 0.9
        self.register_buffer("answer", torch.cat([boxes, scores])[None])

    def forward(self, x):
        return self.answer + 0.0 * x.mean(dim=[1, 2, 3]).view(-1, 1, 1)


class Slow(torch.nn.Module):
    """Works for some tenths of a second."""

    def forward(self, x):
        y = torch.ones(256, 256)
        for _ in range(500):
            y = torch.mm(y, y) / 256.0
        return torch.cat([x.mean(dim=[1, 2, 3])[:, None], y[:1, :2].expand(x.size(0), 2)], 1)


def write(module, path, task, **more):
    record = {"visionkit": 1, "task": task, "labels": LABELS, "input": INPUT, **more}
    script = torch.jit.script(module.eval())
    torch.jit.save(script, str(path), _extra_files={"visionkit.json": json.dumps(record)})
    return path


def write_classifier(path, module=None):
    return write(module or Brightness(), path, "classification")


def write_detector(path, count=100):
    return write(Grid(count), path, "detection", output={"format": "yolov8"})
