#!/usr/bin/env python3
"""Trains the two models that the tests and examples use, on the digits that ship with scikit-learn:

    digits.pt             which digit it is: one label of ten
    digits_attributes.pt  even, prime, below five, has a loop: any number of four labels

and writes to ../digits/ what the tests show them: all test digits on one sheet, labels.csv that says which they are,
single/ with a digit of each kind that both models get right, and expected.json with the number of right answers.

Every fifth digit of the data set is a test digit. A digit is 8x8 pixels, white on black; the models take pictures of
any size, which their record has resized to 32x32.

Needs the packages of cmake/requirements.txt and: pip install scikit-learn Pillow
"""

import hashlib
import json
import pathlib

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits

HERE = pathlib.Path(__file__).resolve().parent
PICTURES = HERE.parent / "digits"
SIDE = 32
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
ATTRIBUTES = {"even": {0, 2, 4, 6, 8}, "prime": {2, 3, 5, 7}, "below five": {0, 1, 2, 3, 4}, "has a loop": {0, 6, 8, 9}}
SHEET_COLUMNS = 20
SELF_TEST_SIZE = (45, 40)  # width, height


def network(outputs):
    def block(channels, filters):
        return [torch.nn.Conv2d(channels, filters, 3, stride=2, padding=1), torch.nn.ReLU()]

    return torch.nn.Sequential(*block(1, 8), *block(8, 16), *block(16, 24), torch.nn.Flatten(), torch.nn.Dropout(0.2),
                               torch.nn.Linear(24 * 4 * 4, outputs))


def as_input(pictures):
    """What the record says, by Pillow and NumPy: gray, resized, scaled to 0..1."""
    resized = [np.asarray(Image.fromarray(picture).convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR))
               for picture in pictures]
    return (np.stack(resized)[:, None] * (1 / 255)).astype(np.float32)


def train(outputs, inputs, truth, loss):
    torch.manual_seed(3)
    model = network(outputs).train()
    steps = 2400
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(len(inputs), (64,))
        # Moved by up to three pixels, so that digits which are not centered are known, too.
        down, right = torch.randint(-3, 4, (2,)).tolist()
        moved = torch.roll(inputs[chosen], (down, right), (2, 3))
        optimizer.zero_grad()
        loss(model(moved), truth[chosen]).backward()
        optimizer.step()
        schedule.step()
    return model.eval()


def self_test(model):
    """The record's self_test: the answer to the picture that src/docs/model_record.md defines."""
    width, height = SELF_TEST_SIZE
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    picture = ((7 * x + 13 * y + 29 * c + x * y // 8) % 256).astype(np.uint8)
    tensor = as_input([picture])
    with torch.inference_mode():
        output = model(torch.from_numpy(tensor))[0]
    return {"width": width, "height": height, "input_sha256": hashlib.sha256(tensor.tobytes()).hexdigest(),
            "output": [round(value, 6) for value in output.tolist()], "tolerance": 1e-4}


class Script(torch.jit.ScriptModule):
    """The trained network as text: a traced module would hold the paths of the Python files that made it."""

    def __init__(self, model):
        super().__init__()
        for index, layer in enumerate(layer for layer in model if hasattr(layer, "weight")):
            setattr(self, f"weight{index}", torch.nn.Parameter(layer.weight.detach(), requires_grad=False))
            setattr(self, f"bias{index}", torch.nn.Parameter(layer.bias.detach(), requires_grad=False))


FORWARD = """
def forward(self, x):
    x = torch.relu(torch.conv2d(x, self.weight0, self.bias0, [2, 2], [1, 1]))
    x = torch.relu(torch.conv2d(x, self.weight1, self.bias1, [2, 2], [1, 1]))
    x = torch.relu(torch.conv2d(x, self.weight2, self.bias2, [2, 2], [1, 1]))
    return torch.addmm(self.bias3, torch.flatten(x, 1), self.weight3.t())
"""


def save(name, model, task, labels, note):
    record = {
        "visionkit": 1,
        "name": name,
        "task": task,
        "labels": labels,
        "input": {
            "resize": {"mode": "stretch", "width": SIDE, "height": SIDE, "interpolation": "pillow.bilinear"},
            "color": "gray",
            "layout": "nchw",
            "dtype": "float32",
            "scale": 1 / 255,
            "mean": [0],
            "std": [1],
        },
        "output": {"scores": "logits"},
        "self_test": self_test(model),
        "provenance": {
            "version": "1",
            "source": "trained by tests/data/models/train_digits.py of visionkit on scikit-learn's digits "
                      "(UCI Optical Recognition of Handwritten Digits)",
            "license": "Apache-2.0; the data: CC BY 4.0",
            "note": note,
        },
    }
    script = Script(model).eval()
    if not script._c._has_method("forward"):  # models with the same attributes share one type
        script.define(FORWARD)
    torch.jit.save(script, str(HERE / f"{name}.pt"), _extra_files={"visionkit.json": json.dumps(record, indent=1)})


def main():
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    data = load_digits()
    pictures = np.rint(data.images * 255 / 16).astype(np.uint8)
    inputs = torch.from_numpy(as_input(pictures))
    digits = torch.from_numpy(data.target)
    attributes = torch.tensor([[digit in members for members in ATTRIBUTES.values()] for digit in data.target]).float()
    is_test = torch.arange(len(digits)) % 5 == 0
    shown, expected = inputs[is_test], digits[is_test]

    one = train(len(NAMES), inputs[~is_test], digits[~is_test], torch.nn.CrossEntropyLoss(label_smoothing=0.02))
    many = train(len(ATTRIBUTES), inputs[~is_test], attributes[~is_test], torch.nn.BCEWithLogitsLoss())
    with torch.inference_mode():
        best = one(shown).sort(1, descending=True).values
        is_right = one(shown).argmax(1) == expected
        logits = many(shown)
        has_right_attributes = (logits > 0) == attributes[is_test].bool()
    right, right_attributes = is_right.sum().item(), has_right_attributes.sum(0).tolist()
    facts = {
        "digits": {"pictures": len(expected), "right": right},
        "digits_attributes": {"pictures": len(expected), "right": dict(zip(ATTRIBUTES, right_attributes))},
    }
    print(json.dumps(facts, indent=1))
    # The counts must not depend on the rounding of another machine.
    print(f"closest call: {(best[:, 0] - best[:, 1]).min():.4f} between two digits, "
          f"{logits.abs().min():.4f} for an attribute")

    save("digits", one, "classification", NAMES, f"{right} of {len(expected)} test digits are right")
    save("digits_attributes", many, "multilabel_classification", list(ATTRIBUTES),
         f"of {len(expected)} test digits are right: " +
         ", ".join(f"{name} {count}" for name, count in zip(ATTRIBUTES, right_attributes)))

    (PICTURES / "single").mkdir(parents=True, exist_ok=True)
    (PICTURES / "expected.json").write_text(json.dumps(facts, indent=1) + "\n")
    shown_pictures = pictures[is_test.numpy()]
    for digit, name in enumerate(NAMES):
        first = torch.nonzero((expected == digit) & is_right & has_right_attributes.all(1))[0].item()
        Image.fromarray(shown_pictures[first]).save(PICTURES / "single" / f"{name}.png", optimize=True)
    rows = shown_pictures.reshape(-1, SHEET_COLUMNS, 8, 8)
    sheet = Image.fromarray(rows.transpose(0, 2, 1, 3).reshape(-1, SHEET_COLUMNS * 8))
    sheet.save(PICTURES / "sheet.png", optimize=True)
    (PICTURES / "labels.csv").write_text("column,row,digit\n" + "".join(
        f"{index % SHEET_COLUMNS},{index // SHEET_COLUMNS},{digit}\n" for index, digit in enumerate(expected.tolist())))


if __name__ == "__main__":
    main()
