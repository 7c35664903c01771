"""Writes torchvision_operators.pt: a TorchScript model that calls torchvision::nms and torchvision::roi_align.

Run with a Python that has torchvision (Debian's python3-torchvision); its answer to the self-test's picture is stored.
"""
import json
import pathlib

import numpy as np
import torch
import torchvision  # noqa: F401, registers the operators

SIZE = 12


class Model(torch.nn.Module):
    def forward(self, x):
        rois = torch.tensor([[0.0, 1.0, 2.0, 9.0, 11.0], [0.0, 3.0, 0.0, 3.5, 0.5], [0.0, -4.0, 5.0, 30.0, 9.0]])
        aligned = torch.ops.torchvision.roi_align(x, rois, 1.0, 2, 3, 2, True)
        adaptive = torch.ops.torchvision.roi_align(x, rois, 0.5, 2, 2, -1, False)
        boxes = torch.tensor([[0.0, 0.0, 4.0, 4.0], [1.0, 0.0, 5.0, 4.0], [8.0, 8.0, 9.0, 9.0], [0.0, 0.0, 4.0, 4.1]])
        kept = torch.ops.torchvision.nms(boxes, torch.tensor([0.3, 0.9, 0.5, 0.8]), 0.55)
        return torch.cat([aligned.flatten(), adaptive.flatten(), kept.float()]).unsqueeze(0)


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
