"""Networks of torchvision and timm for the tests: with random weights that are settled layer by layer, so that every
layer answers with numbers around 1 and rounding errors do not grow (they would, a thousandfold, in plain random networks).
"""

import importlib.util
import sys

import pytest

from conftest import ROOT

torch = pytest.importorskip("torch")
sys.path.append(str(ROOT / "tests" / "torchvision"))
if importlib.util.find_spec("torchvision") is None:
    pytest.skip("torchvision is not installed", allow_module_level=True)
import operators  # noqa: E402, F401, before torchvision: defines its operators where PyPI's do not load


def settle(model, example):
    """The model in evaluation, each of its layers scaled by its own answer to the example."""
    norms = (torch.nn.modules.batchnorm._BatchNorm,)
    layers = (torch.nn.modules.conv._ConvNd, torch.nn.Linear)

    def scale(module, given, output):
        with torch.no_grad():
            module.weight /= output.std() + 1e-6
        return output / (output.std() + 1e-6)

    handles = []
    model.eval()
    for module in model.modules():
        if isinstance(module, norms):
            module.momentum = None
            torch.nn.init.constant_(module.weight, 0.5)
            torch.nn.init.ones_(module.bias)  # most of it passes a ReLU
            module.train()
        elif isinstance(module, layers):
            if not module.weight.any():  # as torchvision starts the last layer of a ViT
                torch.nn.init.normal_(module.weight)
            if module.bias is not None:
                torch.nn.init.zeros_(module.bias)
            handles.append(module.register_forward_hook(scale))
    with torch.no_grad():
        model(example)
    for handle in handles:
        handle.remove()
    return model.eval()
