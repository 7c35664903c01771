"""Writes torchvision_operators.pt: a TorchScript model that calls torchvision::nms and torchvision::roi_align.

Run with a Python that has torchvision (Debian's python3-torchvision); its answer to the self-test's picture is stored.
"""
import json
import pathlib
from typing import List

import numpy as np
import torch
import torchvision  # registers the operators
from torch import Tensor

SIZE = 12


class Model(torch.nn.Module):
    def forward(self, x):
        # Inside, tiny, over the edges, turned inside out, beyond the last feature, of the second picture.
        rois = torch.tensor([[0.0, 1.0, 2.0, 9.0, 11.0], [0.0, 3.0, 0.0, 3.5, 0.5], [0.0, -4.0, 5.0, 30.0, 9.0],
                             [0.0, 8.0, 9.0, 3.0, 2.0], [0.0, 11.9, 11.9, 12.0, 12.0], [1.0, 2.0, 2.0, 10.0, 7.0]])
        x = torch.cat([x, x.flip(3) * 2])
        values: List[Tensor] = []
        for scale in [1.0, 0.5]:
            for ratio in [2, 0, -1]:
                for aligned in [True, False]:
                    values.append(torch.ops.torchvision.roi_align(x, rois, scale, 2, 3, ratio, aligned).flatten())
        none = torch.ops.torchvision.roi_align(x, rois[:0], 1.0, 2, 3, 2, True)
        values.append(torch.tensor(none.shape).float())
        boxes = torch.tensor([[0.0, 0.0, 4.0, 4.0], [1.0, 0.0, 5.0, 4.0], [8.0, 8.0, 9.0, 9.0], [0.0, 0.0, 4.0, 4.1],
                              [2.0, 2.0, 2.0, 2.0], [8.0, 8.0, 9.0, 9.0]])
        scores = torch.tensor([0.3, 0.9, 0.5, 0.8, 0.7, 0.5])
        for threshold in [0.0, 0.55, 1.0, 1.5]:
            values.append(torch.ops.torchvision.nms(boxes, scores, threshold).float())
        values.append(torch.ops.torchvision.nms(boxes[:0], scores[:0], 0.5).float())
        return torch.cat(values).unsqueeze(0)


y, x, c = np.mgrid[0:SIZE, 0:SIZE, 0:3]
picture = ((7 * x + 13 * y + 29 * c + x * y // 8) % 256).astype(np.float32) / np.float32(255)
model = torch.jit.script(Model())
answer = model(torch.from_numpy(picture).permute(2, 0, 1)[None].contiguous())[0]
record = {
    "visionkit": 1,
    "name": "torchvision's operators",
    "input": {"resize": {"mode": "stretch", "width": SIZE, "height": SIZE}, "batch": 1},
    "self_test": {"width": SIZE, "height": SIZE, "output": [float(v) for v in answer], "tolerance": 1e-5},
    "provenance": {"source": f"torchvision {torchvision.__version__}"},
}
path = pathlib.Path(__file__).with_name("torchvision_operators.pt")
torch.jit.save(model, str(path), _extra_files={"visionkit.json": json.dumps(record)})
print(len(answer), "values")
