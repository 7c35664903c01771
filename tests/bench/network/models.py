"""The models of the comparisons, as TorchScript and as ONNX: torchvision's with random weights, EfficientNet-Lite0 as
the demo exports it, and those of $VISIONKIT_DATA. They are kept in build/bench/models."""
import contextlib
import io
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import NamedTuple

import side_by_side

FOLDER = side_by_side.ROOT / "build/bench/models"
TRACED = {"ResNet-50": "resnet50", "MobileNetV2": "mobilenet_v2", "MobileNetV3-Large": "mobilenet_v3_large",
          "ViT-B/16": "vit_b_16"}
EFFICIENTNET = "EfficientNet-Lite0"
CARDS = ["yolox_nano_416", "picodet_s_320", "espnet_camvid"]
NAMES = [*list(TRACED)[:3], EFFICIENTNET, "ViT-B/16", *CARDS]


class Model(NamedTuple):
    name: str
    path: Path
    size: tuple  # width, height of the network's input


def build(name):
    """torchvision's network, every time with the same random weights."""
    sys.path.insert(0, str(side_by_side.ROOT / "tests/torchvision"))
    import operators  # noqa: F401, before torchvision
    import torch
    import torchvision

    torch.manual_seed(1)
    network = getattr(torchvision.models, name)().eval()
    # Batch normalization as after training: with the statistics of what passes through.
    norms = [layer for layer in network.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    with torch.inference_mode():
        for layer in norms:
            layer.reset_running_stats()
            layer.momentum = None
            layer.train()
        network(torch.randn(4, 3, 224, 224))
        for layer in norms:
            layer.eval()
    torch.backends.mha.set_fastpath_enabled(False)  # its operators are LibTorch's alone
    return network


def trace(name, path):
    import torch

    network = build(name)
    with torch.no_grad():
        torch.jit.save(torch.jit.trace(network, torch.randn(1, 3, 224, 224)), str(path))


def made(path, make):
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        make(unfinished)
        unfinished.rename(path)
    return path


def model(name):
    """The TorchScript file of a name in NAMES, or of any card."""
    if name in TRACED:
        return Model(name, made(FOLDER / f"{TRACED[name]}.pt", lambda path: trace(TRACED[name], path)), (224, 224))
    if name == EFFICIENTNET:
        script = side_by_side.ROOT / "cmake/demo/export_efficientnet_lite0.py"
        return Model(name, made(FOLDER / "efficientnet_lite0.pt", lambda path: subprocess.run(
            [sys.executable, script, path], check=True, stdout=subprocess.DEVNULL)), (224, 224))
    card = json.loads((side_by_side.DATA / f"models/{name}.json").read_text())
    size = (card["input"]["width"], card["input"]["height"])
    return Model(name, side_by_side.DATA / "models" / card["file"], size)


def onnx(model, batch):
    """Its ONNX file, for that batch alone: nothing about the shapes is left open."""
    def write(path):
        import torch

        warnings.filterwarnings("ignore")
        # A traced transformer has no shapes that the exporter could go by.
        network = build(TRACED[model.name]) if model.name in TRACED else torch.jit.load(str(model.path)).eval()
        with contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
            torch.onnx.export(network, (torch.zeros(batch, 3, *model.size[::-1]),), str(path), dynamo=False,
                              opset_version=17)

    return made(FOLDER / f"{model.path.stem}_{batch}.onnx", write)


def export(name, batches):
    """Both, in a process of its own, which gives its memory back; False when it cannot be written as ONNX."""
    done = subprocess.run([sys.executable, __file__, name, *map(str, batches)], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "Error" in line] or [done.stderr]
        print(f"{name}: no ONNX: {errors[-1][:160]}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    for number in map(int, sys.argv[2:]):
        onnx(model(sys.argv[1]), number)
