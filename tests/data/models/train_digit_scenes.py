#!/usr/bin/env python3
"""Trains the small networks that the tests, examples and the demo use, on the scenes of digit_scenes.py, and writes
them with their model records:

    digit_detector.pt    boxes of the digits
    digit_instances.pt   boxes and masks of the digits
    digit_segmenter.pt   the class of every pixel: background, 0 to 9

They are parts of one network that learns all of it at once. Digits and backgrounds of the scenes that the accuracy is
measured on are not seen in training. Takes about a quarter of an hour of one core.

Needs the packages of cmake/requirements.txt and: pip install scikit-learn scikit-image pycocotools
"""

import contextlib
import hashlib
import io
import json
import pathlib

import numpy as np
import torch
from digit_scenes import NAMES, coco, random_scene
from digit_scenes_network import STRIDE, Detector, InstanceDetector, Network, Segmenter
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torch.nn import functional

HERE = pathlib.Path(__file__).resolve().parent
SIDE, TRAINING_SIDE = 256, 192
SCENE, TRAINING_SCENE = (256, 192), (192, 160)  # width, height; a letterbox makes them squares
MOST_TRAINING_DIGITS = 12  # crowded scenes teach more in the same time
FILL = 114
COEFFICIENTS = 16
SCORE_THRESHOLD, IOU_THRESHOLD = 0.5, 0.5
STEPS, BATCH = 5000, 12
TEST_SCENES = 200


def letterbox(picture, side):
    """What the record says of pictures that are as wide as the input: rows above and below."""
    above = (side - picture.shape[0]) // 2
    below = side - picture.shape[0] - above
    return np.pad(picture, ((above, below), (0, 0), (0, 0)), constant_values=FILL), above


def as_input(pictures):
    """What the record says, by NumPy: planes, scaled to 0..1 and then rounded to float32."""
    return torch.from_numpy((np.stack(pictures).transpose(0, 3, 1, 2) * (1 / 255)).astype(np.float32))


def training_batch(random, size):
    scenes = [random_scene(random, "train", *TRAINING_SCENE, most_digits=MOST_TRAINING_DIGITS) for _ in range(size)]
    return scenes, as_input([letterbox(scene.picture, TRAINING_SIDE)[0] for scene in scenes])


ABOVE = letterbox(np.zeros((*TRAINING_SCENE[::-1], 3), np.uint8), TRAINING_SIDE)[1]


def corners(boxes):
    """From center, width, height; the four numbers are in dimension 1."""
    center, size = boxes.split(2, 1)
    return torch.cat((center - size / 2, center + size / 2), 1)


def generalized_iou(a, b):
    """Of pairs of boxes, with the plain IoU beside it: Rezatofighi and others, 2019."""
    def area(boxes):
        return (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(1)

    both = area(torch.cat((torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])), 1))
    around = area(torch.cat((torch.minimum(a[:, :2], b[:, :2]), torch.maximum(a[:, 2:], b[:, 2:])), 1))
    either = area(a) + area(b) - both
    return both / either - (around - either) / around, both / either


def assigned(scenes, centers):
    """Which cells answer for a digit: those within one and a half cells of its center. Their picture, cell, digit."""
    x, y = centers[0].numpy()
    matches = []
    for index, scene in enumerate(scenes):
        middle = (scene.boxes[:, :2] + scene.boxes[:, 2:]) / 2 + (0, ABOVE)
        distance = np.maximum(abs(x - middle[:, :1]), abs(y - middle[:, 1:]))
        digit, cell = np.nonzero((distance < 1.5 * STRIDE) & (distance == distance.min(0, initial=np.inf)))
        matches += zip(np.full_like(digit, index), cell, digit)
    return matches


def box_loss(model, found, scenes):
    """Boxes by generalized IoU; scores by varifocal loss (Zhang and others, 2021): the score of a box is its IoU."""
    matches = assigned(scenes, model.boxes.centers)
    picture, cell, _ = torch.tensor(matches).T
    boxes = torch.from_numpy(np.stack([scenes[p].boxes[d] for p, _, d in matches])) + torch.tensor((0, ABOVE, 0, ABOVE))
    labels = torch.tensor([scenes[p].labels[d] for p, _, d in matches])
    generalized, iou = generalized_iou(corners(found[picture, :4, cell]), boxes)
    scores = found[:, 4:4 + len(NAMES)].clamp(1e-6, 1 - 1e-6)
    wanted = torch.zeros_like(scores)
    wanted[picture, labels, cell] = iou.detach()
    weight = torch.where(wanted > 0, wanted, 0.75 * scores.detach() ** 2)
    entropy = functional.binary_cross_entropy(scores, wanted, weight, reduction="sum")
    return (entropy + 2 * (iou.detach() * (1 - generalized)).sum()) / iou.detach().sum(), matches, boxes


def mask_logits(coefficients, prototypes, side):
    """Of digits of one picture: the prototypes weighed and enlarged."""
    logits = torch.einsum("nk,khw->nhw", coefficients, prototypes)
    return functional.interpolate(logits[None], (side, side), mode="bilinear", align_corners=False)[0]


def half_size_masks(scene):
    """As the letterbox moves them, at half the size of the input: the share of the digit in each pixel."""
    below, half = TRAINING_SIDE - TRAINING_SCENE[1] - ABOVE, TRAINING_SIDE // 2
    masks = functional.pad(torch.from_numpy(scene.masks).float(), (0, 0, ABOVE, below))
    return masks.reshape(len(masks), half, 2, half, 2).mean((2, 4))


def mask_loss(found, prototypes, masks, matches, boxes):
    """Cross entropy inside the box, of one cell for each digit."""
    chosen = {(picture, digit): row for row, (picture, _, digit) in enumerate(matches)}
    places = torch.arange(1, TRAINING_SIDE, 2)
    losses = []
    for index, truth in enumerate(masks):
        if not len(truth):
            continue
        rows = [chosen[index, digit] for digit in range(len(truth))]
        cells = [matches[row][1] for row in rows]
        logits = mask_logits(found[index, 4 + len(NAMES):, cells].T, prototypes[index], TRAINING_SIDE // 2)
        left, top, right, bottom = boxes[rows].T[:, :, None]
        inside = ((places > top) & (places < bottom))[:, :, None] & ((places > left) & (places < right))[:, None, :]
        entropy = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none") * inside
        losses.append(entropy.sum((1, 2)) / inside.sum((1, 2)))
    return torch.cat(losses).mean()


def class_loss(logits, scenes, masks):
    """Cross entropy, and Dice (Milletari and others, 2016) because nearly all pixels are background."""
    truth = torch.zeros_like(logits)
    for index, scene in enumerate(scenes):
        truth[index].index_add_(0, 1 + torch.from_numpy(scene.labels), masks[index])
    truth[:, 0] = 1 - truth.sum(1)
    answer = logits.softmax(1)
    overlap, total = (answer * truth).sum((0, 2, 3)), (answer + truth).sum((0, 2, 3))
    return functional.cross_entropy(logits, truth) * 3 + (1 - (2 * overlap + 1) / (total + 1)).mean()


def total_loss(model, inputs, scenes):
    found, prototypes, logits = model(inputs)
    of_boxes, matches, boxes = box_loss(model, found, scenes)
    masks = [half_size_masks(scene) for scene in scenes]
    return of_boxes + mask_loss(found, prototypes, masks, matches, boxes) + class_loss(logits, scenes, masks)


def train(model, steps, batch):
    random = np.random.default_rng(1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps, pct_start=0.15)
    model.train()
    losses = []
    for step in range(steps):
        scenes, inputs = training_batch(random, batch)
        value = total_loss(model, inputs, scenes)
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        losses.append(value.item())
        if step % 100 == 99:
            print(f"step {step + 1} of {steps}: loss {np.mean(losses[-100:]):.4f}", flush=True)
    return model.eval()


def suppressed(boxes, scores, labels):
    """Which boxes stay, best first: none of the same label overlaps a better one by more than the threshold."""
    order = scores.argsort(descending=True)
    boxes, labels = boxes[order], labels[order]
    count = len(order)
    overlaps = generalized_iou(boxes.repeat_interleave(count, 0), boxes.repeat(count, 1))[1].reshape(count, count)
    rivals = ((overlaps > IOU_THRESHOLD) & (labels[:, None] == labels)).numpy()
    kept = []
    for index in range(count):
        if not rivals[index, kept].any():
            kept.append(index)
    return order[kept]


def detections(output, least_score):
    found = output[0] if isinstance(output, tuple) else output
    scores, labels = found[0, 4:4 + len(NAMES)].max(0)
    cells = torch.nonzero(scores > least_score)[:, 0]
    cells = cells[suppressed(corners(found[0, :4, cells].T), scores[cells], labels[cells])]
    return corners(found[0, :4, cells].T), scores[cells], labels[cells], found[0, 4 + len(NAMES):, cells].T


def average_precision(truth, results, kind):
    with contextlib.redirect_stdout(io.StringIO()):
        dataset = COCO()
        dataset.dataset = truth
        dataset.createIndex()
        evaluation = COCOeval(dataset, dataset.loadRes(results), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return {f"{kind} AP": round(float(evaluation.stats[0]), 3), f"{kind} AP50": round(float(evaluation.stats[1]), 3)}


def test_scenes():
    random = np.random.default_rng(1000)
    for _ in range(TEST_SCENES):
        scene = random_scene(random, "test", *SCENE)
        picture, above = letterbox(scene.picture, SIDE)
        yield scene, as_input([picture]), above


def test_detector(model):
    scenes, results, wrong = [], [], 0
    for scene, inputs, above in test_scenes():
        scenes.append(scene)
        output = model(inputs)
        boxes, scores, labels, coefficients = detections(output, 0.02)
        boxes -= torch.tensor((0, above, 0, above))
        shown = labels[scores > SCORE_THRESHOLD]
        wrong += sorted(shown.tolist()) != sorted(scene.labels.tolist())
        rows = [{"image_id": len(scenes), "category_id": 1 + label, "score": score,
                 "bbox": [left, top, right - left, bottom - top]}
                for (left, top, right, bottom), score, label in zip(boxes.tolist(), scores.tolist(), labels.tolist())]
        if coefficients.shape[1]:
            logits = mask_logits(coefficients, output[1][0], SIDE)[:, above:above + SCENE[1]].numpy()
            for row, box, mask in zip(rows, boxes.tolist(), logits > 0):
                left, top, right, bottom = (max(0, round(edge)) for edge in box)
                inside = np.zeros_like(mask)
                inside[top:bottom, left:right] = mask[top:bottom, left:right]
                row["segmentation"] = coco_mask.encode(np.asfortranarray(inside.astype(np.uint8)))
        results += rows
    kinds = ["bbox", "segm"] if "segmentation" in results[0] else ["bbox"]
    facts = {}
    for kind in kinds:
        facts |= average_precision(coco(scenes), results, kind)
    return facts | {"scenes with all digits right and no other": TEST_SCENES - wrong}


def test_segmenter(model):
    classes = 1 + len(NAMES)
    confusion = np.zeros((classes, classes), np.int64)
    for scene, inputs, above in test_scenes():
        logits = functional.interpolate(model(inputs), scale_factor=2, mode="bilinear", align_corners=False)
        answer = logits[0].argmax(0)[above:above + SCENE[1]].numpy()
        confusion += np.bincount(scene.semantic().ravel() * classes + answer.ravel(), minlength=classes**2).reshape(
            classes, classes)
    iou = np.diag(confusion) / (confusion.sum(0) + confusion.sum(1) - np.diag(confusion))
    right = np.trace(confusion) / confusion.sum()
    return {"mean IoU": round(float(iou.mean()), 3), "pixel accuracy": round(float(right), 4)}


def self_test(model):
    """The record's self_test: the answer to the picture that src/docs/model_record.md defines."""
    width, height = SCENE
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    tensor = as_input([letterbox(((7 * x + 13 * y + 29 * c + x * y // 8) % 256).astype(np.uint8), SIDE)[0]])
    output = model(tensor)
    first = (output[0] if isinstance(output, tuple) else output).flatten()[:16]
    return {"width": width, "height": height, "input_sha256": hashlib.sha256(tensor.numpy().tobytes()).hexdigest(),
            "output": [round(value, 5) for value in first.tolist()], "tolerance": 1e-3}


class Constants(torch.jit.ScriptModule):
    def __init__(self, constants):
        super().__init__()
        for name, value in constants.items():
            is_tensor = isinstance(value, torch.Tensor)
            setattr(self, name, torch.nn.Parameter(value, requires_grad=False) if is_tensor else value)


def as_script(model):
    """The frozen network's printed code, compiled anew: the original holds the paths of this machine's Python files."""
    traced = torch.jit.freeze(torch.jit.trace(model.eval(), torch.zeros(1, 3, SIDE, SIDE)))
    code, constants = traced.code_with_constants
    script = Constants(constants.const_mapping)
    script.define(code.replace("CONSTANTS.", "self."))
    return script.eval()


BOXES = {"labels": NAMES, "iou_threshold": IOU_THRESHOLD, "score_thresholds": [SCORE_THRESHOLD]}
RECORDS = {
    "digit_detector": BOXES | {"task": "detection", "output": {"format": "yolov8"}},
    "digit_instances": BOXES | {"task": "instance_segmentation",
                                "output": {"format": "yolov8_seg", "tensors": ["0", "1"]}},
    "digit_segmenter": {"task": "semantic_segmentation", "labels": ["background", *NAMES],
                        "output": {"scores": "logits"}},
}


def save(name, model, facts):
    record = {
        "visionkit": 1,
        "name": name,
        **RECORDS[name],
        "input": {
            "resize": {"mode": "letterbox", "width": SIDE, "height": SIDE, "interpolation": "pillow.bilinear"},
            "color": "rgb",
            "layout": "nchw",
            "dtype": "float32",
            "scale": 1 / 255,
            "mean": [0],
            "std": [1],
        },
        "self_test": self_test(model),
        "provenance": {
            "version": "1",
            "source": "trained by tests/data/models/train_digit_scenes.py of visionkit on scikit-learn's digits (UCI "
                      "Optical Recognition of Handwritten Digits) on photographs of scikit-image",
            "license": "Apache-2.0; the digits: CC BY 4.0",
            "note": f"on {TEST_SCENES} unseen scenes of unseen digits: "
                    + ", ".join(f"{what} {value}" for what, value in facts.items()),
        },
    }
    files = {"visionkit.json": json.dumps(record, indent=1)}
    torch.jit.save(as_script(model), str(HERE / f"{name}.pt"), _extra_files=files)


def main():
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    torch.manual_seed(3)
    trained = train(Network(len(NAMES), COEFFICIENTS, TRAINING_SIDE), STEPS, BATCH)
    network = Network(len(NAMES), COEFFICIENTS, SIDE).eval()
    network.load_state_dict(trained.state_dict())
    for name, model, test in (("digit_detector", Detector(network), test_detector),
                              ("digit_instances", InstanceDetector(network), test_detector),
                              ("digit_segmenter", Segmenter(network), test_segmenter)):
        with torch.no_grad():
            facts = test(model)
            print(name, json.dumps(facts), flush=True)
            save(name, model, facts)


if __name__ == "__main__":
    main()
