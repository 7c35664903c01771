"""The families of torchvision's classifiers, traced with random weights: OpenVINO answers as LibTorch does.

Usage: families.py PROGRAM FOLDER [NAME...]; 77 says that torch or torchvision is not installed, or that this build has no
OpenVINO. Prints the table of src/docs/engines.md.
"""
import json
import pathlib
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore")
try:
    import torch

    import operators  # noqa: F401, before torchvision
    from torchvision import models
except ImportError as error:
    print(f"reference.families: skipped ({error})")
    sys.exit(77)

FAMILIES = {
    "alexnet": {},
    "vgg11": {},
    "googlenet": {"aux_logits": False, "init_weights": False},
    "inception_v3": {"aux_logits": False, "init_weights": False},
    "resnet18": {},
    "resnet50": {},
    "mobilenet_v2": {},
    "mobilenet_v3_large": {},
    "efficientnet_b0": {},
    "convnext_tiny": {},
    "vit_b_16": {},
    "swin_t": {},
}
ACCEPTED = 1e-3


def build(name):
    """A network whose answers depend on all of it: no layer is zero, and normalizations know what they normalize."""
    torch.manual_seed(1)
    model = models.get_model(name, weights=None, **FAMILIES[name])
    size = 299 if name == "inception_v3" else 224
    picture = torch.randn(2, 3, size, size)
    for parameter in model.parameters():
        if parameter.dim() > 1 and not parameter.any():
            torch.nn.init.normal_(parameter, std=0.05)
    normalizations = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for layer in normalizations:
        layer.momentum = None
        layer.train()
    if normalizations:
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.eval()
        model(picture)
    model.eval()
    return torch.jit.trace(model, picture[:1], check_trace=False), size


def main():
    program, folder, *names = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    failed = []
    print("| network | answers | relative difference | batches |\n| --- | --- | --- | --- |")
    for name in names or FAMILIES:
        file = folder / f"{name}.pt"
        with torch.no_grad():
            network, size = build(name)
        network.save(str(file))
        done = subprocess.run([program, str(file), str(size)], capture_output=True, text=True)
        file.unlink()
        if done.returncode == 77:
            print("reference.families: skipped, this build has no OpenVINO")
            return 77
        found = json.loads(done.stdout) if done.returncode == 0 else {"engine": done.stderr.strip(), "difference": 9}
        print(f"| {name} | {found['engine']} | {found['difference']:.1e} | {found.get('batches', '')} |", flush=True)
        if not found["difference"] <= ACCEPTED:
            failed.append(name)
    if failed:
        print(f"other answers, or none: {', '.join(failed)}")
    return 1 if failed else 0


with torch.no_grad():
    sys.exit(main())
