"""The bytes of a JPEG of 1920 x 1080 to a typed result, in float32, for every classifier: beside the usual and a careful
program with OpenCV and LibTorch (baseline.cpp) and beside OpenCV with ONNX Runtime, which is in Python because there is
no package of its C++ library; Python's part of it is some 0.1 ms.

All sides resize as OpenCV does and run in processes of their own. A peer is equal when its probabilities of our five
best classes differ by no more than 1e-3 of the largest. The last row of each classifier is ours in bfloat16, with what
that does to answers on real pictures. The goals: 2 times as fast as the usual program with
LibTorch, 1.1 times as fast as ONNX Runtime.
"""
import csv
import json
import sys
import time

import side_by_side
from support.photographs import photograph

sys.path.insert(0, str(side_by_side.ROOT / "tests/bench/network"))
import cv2  # noqa: E402
import models  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402

NAMES = [*list(models.TRACED)[:3], models.EFFICIENTNET, "ViT-B/16", "squeezenet1_1_imagenet", "cifar10_resnet20",
         "voc20_presence_256"]
REAL = {models.EFFICIENTNET: ("imagenet_samples", 97), "squeezenet1_1_imagenet": ("imagenet_samples", 97),
        "cifar10_resnet20": ("cifar10_test", 500)}
USUAL, CAREFUL = "OpenCV + LibTorch as usual, C++", "OpenCV + LibTorch optimized, C++"
RUNTIME, HALF = "OpenCV + ONNX Runtime", "ours in bfloat16"
GOALS = {USUAL: 2, RUNTIME: 1.1}


def rules_of(model):
    """How pictures become the input: the card's way, otherwise that of torchvision."""
    card = side_by_side.DATA / f"models/{model.name}.json"
    if not card.exists():
        return {"shorter_side": 256, "size": model.size, "scale": 1 / 255, "mean": [0.485, 0.456, 0.406],
                "std": [0.229, 0.224, 0.225], "bgr": False, "scores": "softmax", "classes": 1000,
                "task": "classification"}
    card = json.loads(card.read_text())
    normalise = card["normalise"]
    is_probability = card["output"]["format"] == "probabilities"
    return {"shorter_side": 0, "size": model.size, "scale": normalise["scale"], "mean": normalise["mean"],
            "std": normalise["std"], "bgr": card["input"]["colour_order"] == "BGR",
            "scores": "none" if is_probability else "softmax", "task": card["task"],
            "classes": len((side_by_side.DATA / card["classes_file"]).read_text().splitlines())}


def record_of(rules):
    width, height = rules["size"]
    resize = {"mode": "shorter_side", "side": rules["shorter_side"], "other_side": "half_even"}
    if not rules["shorter_side"]:
        resize = {"mode": "stretch", "width": width, "height": height}
    record = {"visionkit": 1, "task": rules["task"], "labels": [str(number) for number in range(rules["classes"])],
              "input": {"resize": {**resize, "interpolation": "opencv.linear"},
                        "color": "bgr" if rules["bgr"] else "rgb", "scale": rules["scale"], "mean": rules["mean"],
                        "std": rules["std"]},
              "output": {"scores": "logits" if rules["scores"] == "softmax" else "probabilities"}}
    if rules["shorter_side"]:
        record["input"]["crop"] = {"width": width, "height": height, "offset": "truncate"}
    return record


def answer(side, path):
    words = side.ask("answer", path)
    return list(zip(map(int, words[::2]), map(float, words[1::2])))


def agrees(best, side, path, out):
    side.ask("answer", path, out)
    values = np.fromfile(out, np.float32)
    return bool(all(abs(values[number] - score) <= 1e-3 * values.max() for number, score in best))


def accuracy(name, ours, half):
    """In words: how often the first class is right, in float32 and in bfloat16."""
    if name not in REAL:
        return "no answers to judge"
    folder, count = REAL[name]
    with open(side_by_side.DATA / folder / "labels.csv") as file:
        pictures = list(csv.DictReader(file))
    pictures = pictures[::max(1, len(pictures) // count)][:count]
    right = [sum(answer(side, side_by_side.DATA / folder / picture["file"])[0][0] == int(picture["class_index"])
                 for picture in pictures) for side in (ours, half)]
    return f"{right[1]} of {len(pictures)} right, in float32 {right[0]}"


def turn(side, path):
    def ask(count):
        time.sleep(0.02)  # the threads of the side before wait for work by spinning
        return float(side.ask("time", path, count)[0])
    return ask


def compare(bench, name, path, folder):
    model, threads = models.model(name), bench.options.threads
    rules = rules_of(model)
    record, numbers, text, out = (folder / file for file in ("record.json", "rules.txt", "rules.json", "out.bin"))
    record.write_text(json.dumps(record_of(rules)))
    text.write_text(json.dumps(rules))
    numbers.write_text(" ".join(map(str, [rules["shorter_side"], *rules["size"], rules["scale"], *rules["mean"],
                                          *rules["std"], int(rules["bgr"]), rules["scores"]])))
    has_onnx = models.export(name, [1])

    def worker(*command):
        return side_by_side.Worker(*command, environment=side_by_side.DEFAULTS)

    ours, half = (worker("tests/bench/end_to_end/visionkit_end_to_end_bench") for _ in range(2))
    usual, careful = (worker("tests/bench/end_to_end/visionkit_end_to_end_baseline") for _ in range(2))
    engine = ours.ask("load", model.path, record, threads, "float32")
    half.ask("load", model.path, record, threads, "bfloat16")
    usual.ask("load", model.path, numbers, threads, "usual")
    form = careful.ask("load", model.path, numbers, threads, "careful")
    print(f"{name}: {' '.join(engine)}; the careful program takes the {form[0]} form", flush=True)
    best = answer(ours, path)
    sides = {USUAL: usual, CAREFUL: careful}
    if has_onnx:
        sides[RUNTIME] = worker(sys.executable, side_by_side.ROOT / "tests/bench/end_to_end/peer.py", name, threads)
        sides[RUNTIME].ask("load", text)
    peers = {peer: (turn(side, path), agrees(best, side, path, out)) for peer, side in sides.items()}
    peers[HALF] = (turn(half, path), accuracy(name, ours, half))
    bench.compare(f"{name}, {threads} thread{'s'[:threads != 1]}", turn(ours, path), peers, threads=threads)
    for side in (ours, half, *sides.values()):
        side.end()


def rows(bench, folder):
    path = folder / "1080p.jpg"
    photograph((1920, 1080)).save(path, quality=90)
    for name in bench.options.models:
        compare(bench, name, path, folder)
    for row in bench.rows:
        goal = GOALS.get(row["peer"])
        if goal and row["equal"] is True and row["ratio"] < goal:
            print(f"MISSED: {row['what']}: {row['ratio']} times as fast as {row['peer']}, the goal is {goal}")


def add_options(parser):
    parser.add_argument("--models", nargs="+", default=NAMES, metavar="NAME")
    parser.add_argument("--threads", type=int, default=2)


if __name__ == "__main__":
    side_by_side.run(f"1080p JPEG to result; {side_by_side.machine()}; OpenCV {cv2.__version__} and ONNX Runtime "
                     f"{onnxruntime.__version__} in Python", rows, threads="as many threads as the row says",
                     add_options=add_options)
