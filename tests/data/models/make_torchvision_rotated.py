"""Writes torchvision_rotated.pt: a TorchScript model that calls torchvision::box_iou_rotated, answers worked by hand.

Run with an old torch (Debian's python3-torch), so that all can read it; the operator is only declared here.
"""
import json
import pathlib

import torch

library = torch.library.Library("torchvision", "DEF")
library.define("box_iou_rotated(Tensor boxes1, Tensor boxes2) -> Tensor")


class Model(torch.nn.Module):
    def forward(self, x):
        # A flat box, and a long one that rises to the right.
        first = torch.tensor([[0.0, 0.0, 4.0, 2.0, 0.0], [0.0, 0.0, 20.0, 2.0, 45.0]])
        # The flat one again, a square inside the long one, and a square below it.
        second = torch.tensor([[0.0, 0.0, 2.0, 4.0, 90.0], [5.0, -5.0, 2.0, 2.0, 45.0], [5.0, 5.0, 2.0, 2.0, 45.0]])
        return torch.ops.torchvision.box_iou_rotated(first, second).view(1, -1)


shared = 4 * 2**0.5 - (2**0.5 - 1) ** 2  # |x + y| <= sqrt(2) in the flat box: a slanted band less two corners
record = {
    "visionkit": 1,
    "name": "torchvision's rotated overlap",
    "input": {"resize": {"mode": "stretch", "width": 4, "height": 4}, "batch": 1},
    "self_test": {"width": 4, "height": 4, "output": [1, 0, 0, shared / (8 + 40 - shared), 4 / 40, 0], "tolerance": 1e-5},
}
path = pathlib.Path(__file__).with_name("torchvision_rotated.pt")
torch.jit.save(torch.jit.script(Model()), str(path), _extra_files={"visionkit.json": json.dumps(record)})
