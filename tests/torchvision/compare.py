"""torchvision's networks, scripted with random weights: visionkit gives Python's answers.

Usage: compare.py PROGRAM FOLDER [NAME...]; 77 says that torch or torchvision is not installed. For each network the file
and Python's answers to pictures of different sizes are written to FOLDER, PROGRAM compares, and both are removed; those
that differ stay beside FOLDER.
"""
import copy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import warnings

warnings.filterwarnings("ignore")
try:
    import numpy as np
    import torch

    import operators  # noqa: F401, before torchvision
    import torchvision
    from torchvision import models
except ImportError as error:
    print(f"reference.torchvision: skipped ({error})")
    sys.exit(77)

CLASSES = 12  # with the background
# Pictures, width and height. torchvision scales them by 1/2 and by 2; other factors are rounded to float32 in scripts
# only, so that torchvision's own scripted networks see 127 rows where Python sees 128.
SIZES = [(300, 256), (50, 96)]
REGIONS = {"min_size": 128, "max_size": 192, "box_score_thresh": 0.2, "rpn_post_nms_top_n_test": 200}
POINTS = {"min_size": 128, "max_size": 192, "score_thresh": 0.2}
DETECTION = {
    "fasterrcnn_mobilenet_v3_large_320_fpn": REGIONS,
    "fasterrcnn_mobilenet_v3_large_fpn": REGIONS,
    "fasterrcnn_resnet50_fpn": REGIONS,
    "fasterrcnn_resnet50_fpn_v2": REGIONS,
    "maskrcnn_resnet50_fpn": REGIONS,
    "maskrcnn_resnet50_fpn_v2": REGIONS,
    "retinanet_resnet50_fpn": POINTS,
    "retinanet_resnet50_fpn_v2": POINTS,
    "fcos_resnet50_fpn": POINTS,
    "ssd300_vgg16": {"score_thresh": 0.2},
    "ssdlite320_mobilenet_v3_large": {"score_thresh": 0.2},
}
SEGMENTATION = ["fcn_resnet50", "fcn_resnet101", "deeplabv3_resnet50", "deeplabv3_resnet101",
                "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large"]
BOX_LAYER = re.compile(r"bbox_(pred|reg)$|regression_head.module_list.\d+(.1)?$")
CLASS_LAYER = re.compile(r"cls_(score|logits)$|classification_head.module_list.\d+(.1)?$")
TOLERANCE = 1e-4
UNDECIDED = 255  # of a mask or map: the difference is too small
MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]


def picture(generator, size):
    """Blobs of several sizes and some noise, [height, width, 3] uint8."""
    width, height = size
    total = torch.zeros(3, height, width)
    for cells in (2, 5, 11, 40):
        coarse = torch.randn(1, 3, cells, cells, generator=generator)
        total += torch.nn.functional.interpolate(coarse, size=(height, width), mode="bilinear")[0]
    return (128 + 50 * total).clamp(0, 255).round().byte().permute(1, 2, 0).contiguous()


def settle(model, inputs):
    """Weights under which every layer answers with numbers around 1, the last ones a bit smaller, and rounding errors do
    not grow: plain random weights give one score for all, and normalization of random layers multiplies errors."""
    seen = set()
    names = {module: name for name, module in model.named_modules()}

    def scale(module, given, output):
        if module in seen:
            return None
        seen.add(module)
        size = 0.1 if BOX_LAYER.search(names[module]) and not isinstance(model, models.detection.FCOS) else 1
        if CLASS_LAYER.search(names[module]):  # no class is ahead everywhere, few scores are high
            channels = [i for i in range(output.dim()) if i != 1]
            output = output - output.mean(channels, keepdim=True)
            size = 1.5
        module.weight.data *= size / (output.std() + 1e-6)
        if CLASS_LAYER.search(names[module]):
            module.bias.data -= module(*given).mean(channels) + 2
        return module(*given)

    handles = []
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
            module.bias.data.fill_(1)
            module.weight.data.fill_(0.5)
            module.train()
        elif isinstance(module, (torch.nn.Conv2d, torch.nn.ConvTranspose2d, torch.nn.Linear)):
            handles.append(module.register_forward_hook(scale))
    model(inputs)
    for handle in handles:
        handle.remove()
    return model.eval()


def to_input(pixels, mean=0.0, std=1.0):
    return (pixels.permute(2, 0, 1).float() / 255 - torch.tensor(mean).view(-1, 1, 1)) / torch.tensor(std).view(-1, 1, 1)


def close(a, b, side):
    """Whether two answers hold the same boxes, whatever their order, well within what is asked of visionkit."""
    if len(a["scores"]) != len(b["scores"]):
        return False
    rest = list(range(len(b["scores"])))
    for label, score, box in zip(a["labels"], a["scores"], a["boxes"]):
        for j in rest:
            if (b["labels"][j] == label and abs(b["scores"][j] - score) < TOLERANCE / 4
                    and (b["boxes"][j] - box).abs().max() < TOLERANCE / 4 * side):
                rest.remove(j)
                break
        else:
            return False
    return True


def detect(model, double, pixels):
    answer = model([to_input(pixels)])[0]
    # A box at the edge of a threshold is a question without an answer: Python must agree with itself.
    if len(answer["scores"]) == 0 or not close(answer, double([to_input(pixels).double()])[0], max(pixels.shape)):
        return None
    stored = {key: answer[key].tolist() for key in ("boxes", "labels", "scores")}
    if "masks" in answer:
        masks = answer["masks"][:, 0]
        stored["masks"] = (masks > 0.5).byte().masked_fill((masks - 0.5).abs() < 1e-3, UNDECIDED)
    return stored


def segment(model, double, pixels):
    best = model(to_input(pixels, MEAN, STD)[None])["out"][0].topk(2, dim=0)
    return {"map": best.indices[0].byte().masked_fill(best.values[0] - best.values[1] < 1e-3, UNDECIDED)}


def build(name):
    """The network, its record, and what makes Python's answer."""
    settings = {"weights": None, "weights_backbone": None, "num_classes": CLASSES}
    record = {"visionkit": 1, "name": name, "provenance": {"source": f"torchvision {torchvision.__version__}"}}
    if name in SEGMENTATION:
        record |= {"task": "semantic_segmentation", "labels": [f"class {i}" for i in range(CLASSES)],
                   "input": {"mean": MEAN, "std": STD}, "output": {"tensors": ["out"]}}
        return models.get_model(name, **settings), record, segment
    # Networks with a score for each class alone answer the background, too, when nobody trained them not to.
    numbers = list(range(0 if name.startswith(("fcos", "retinanet")) else 1, CLASSES))
    record |= {"task": "instance_segmentation" if name.startswith("mask") else "detection",
               "labels": [f"class {i}" for i in numbers], "score_thresholds": [0],
               "output": {"format": "torchvision", "tensors": ["1"], "label_numbers": numbers}}
    return models.get_model(name, **settings, **DETECTION[name]), record, detect


def export(name, folder):
    """Writes the scripted network, pictures and Python's answers to them."""
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    model, record, answer = build(name)
    model.eval()
    inputs = torch.stack([to_input(picture(generator, (128, 128))) for _ in SIZES])
    settle(model, list(inputs) if answer is detect else inputs)
    double = copy.deepcopy(model).double()
    answers = []
    for size in SIZES:
        for _ in range(5):
            pixels = picture(generator, size)
            stored = answer(model, double, pixels)
            if stored:
                break
        else:
            sys.exit(f"{name}: torchvision's answers hang on rounding")
        for key, value in (stored | {"picture": pixels}).items():
            if isinstance(value, torch.Tensor):
                stored[key] = f"{len(answers)}.{key}.npy"
                np.save(folder / stored[key], value.numpy())
        answers.append(stored)
    (folder / "answers.json").write_text(json.dumps(answers))
    script = torch.jit.script(model)
    torch.jit.save(script, str(folder / "model.pt"), _extra_files={"visionkit.json": json.dumps(record)})


def main(program, folder, names):
    torch.set_grad_enabled(False)
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}", flush=True)
    failed = []
    for name in names or [*DETECTION, *SEGMENTATION]:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        start = time.monotonic()
        export(name, folder)
        exported = time.monotonic()
        print(name, flush=True)
        if subprocess.run([program], env=os.environ | {"VISIONKIT_TORCHVISION": str(folder)}).returncode:
            failed.append(name)
            shutil.copytree(folder, folder.with_name(f"different-{name}"), dirs_exist_ok=True)
        print(f"  exported in {exported - start:.1f} s, compared in {time.monotonic() - exported:.1f} s", flush=True)
    shutil.rmtree(folder)
    sys.exit(f"reference.torchvision: different: {', '.join(failed)}" if failed else None)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:])
