#!/usr/bin/env python3
"""Runs an example program on the project's own models and checks what it prints. Run by ctest:

    examples.py EXAMPLE PROGRAM --squares SQUARES    SQUARES is the program of squares.cpp
    examples.py readme PREFIX      builds the README's two blocks on the package installed in PREFIX, then as minimal
"""

import argparse
import contextlib
import json
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests/data"
DIGITS, ATTRIBUTES = DATA / "models/digits.pt", DATA / "models/digits_attributes.pt"
SINGLE = DATA / "digits/single"
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TRUE_OF_TWO = ["prime", "below five", "even"]


def command_of(program, *arguments):
    """The twins in Python run by this Python."""
    return [*([sys.executable] if str(program).endswith(".py") else []), str(program), *map(str, arguments)]


def run(*command, code=0):
    done = subprocess.run(command_of(*command), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text = f"{' '.join(map(str, command))}\nexit code {done.returncode}\n{done.stdout}{done.stderr}"
    expect(done.returncode == code, f"expected exit code {code}: {text}")
    return done


def expect(condition, message):
    if not condition:
        sys.exit(message)


def minimal(program, _):
    lines = run(program, DIGITS, SINGLE / "seven.png").stdout.splitlines()
    expect(len(lines) == 5 and re.fullmatch(r"seven +0\.\d{3}", lines[0]), f"unexpected answer: {lines}")
    failed = run(program, DIGITS, SINGLE / "missing.png", code=1)
    expect("missing.png" in failed.stderr and not failed.stdout, f"unexpected message: {failed.stderr}")
    run(program, code=2)


def json_lines(program, *arguments, code=0):
    return [json.loads(line) for line in run(program, *arguments, "--json", code=code).stdout.splitlines()]


def labels(line):
    return [entry["label"] for entry in line["classes"]]


def classify(program, _):
    # A folder, in the order of its names, one by one and in batches.
    answers = json_lines(program, DIGITS, SINGLE, "--top-k", 1)
    expect([pathlib.Path(a["file"]).stem for a in answers] == sorted(NAMES), f"unexpected files: {answers}")
    for answer in answers:
        (found,) = answer["classes"]
        expect(found["label"] == pathlib.Path(answer["file"]).stem and NAMES[found["index"]] == found["label"] and
               0.5 < found["score"] <= 1, f"wrong: {answer}")
    batches = json_lines(program, DIGITS, SINGLE, "--top-k", 1, "--batch", 4)
    expect([labels(line) for line in batches] == [labels(line) for line in answers], f"batches differ: {batches}")

    # Many labels, a threshold for all and one for each.
    two = SINGLE / "two.png"
    expect([labels(line) for line in json_lines(program, ATTRIBUTES, two)] == [TRUE_OF_TWO], "two is not understood")
    expect(json_lines(program, ATTRIBUTES, two, "--threshold", 1)[0]["classes"] == [], "a score above 1")
    expect(labels(json_lines(program, ATTRIBUTES, two, "--threshold", "0.5,1,0.5,0.5")[0]) == TRUE_OF_TWO[1:],
           "the threshold of one class")
    run(program, ATTRIBUTES, two, "--threshold", "0.5,0.5", code=2)

    table = run(program, DIGITS, SINGLE / "one.png", "--top-k", 2).stdout.splitlines()
    expect(table[0].endswith("one.png") and len(table) == 3 and re.fullmatch(r"  0\.\d{3}  one", table[1]),
           f"unexpected table: {table}")
    check_description(program)
    check_bad_pictures(program)
    check_record(program)


def check_description(program):
    described = run(program, DIGITS, "--describe").stdout
    for fact in ("digits.pt", "classification", "visionkit.json", "[1, 1, 32, 32]", "Apache-2.0", "zero, one"):
        expect(fact in described, f"{fact} is not in the description:\n{described}")


def check_bad_pictures(program):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run(program, DIGITS, folder, code=1)  # no pictures
        (folder / "deep/er").mkdir(parents=True)
        shutil.copy(SINGLE / "five.png", folder / "deep/er/FIVE.PNG")
        shutil.copy(SINGLE / "six.png", folder / "z.png")
        (folder / "broken.jpg").write_text("no picture")
        (folder / "notes.txt").write_text("no picture, and not taken for one")
        done = run(program, DIGITS, folder, folder / "missing.png", "--json", "--top-k", 1, "--batch", 8, code=1)
        answers = [labels(json.loads(line)) for line in done.stdout.splitlines()]
        expect(answers == [["five"], ["six"]], f"unexpected answers: {answers}")
        for part in ("broken.jpg: unsupported_image:", "missing.png: not_found:", "2 of 4 pictures failed"):
            expect(part in done.stderr, f"'{part}' is not in: {done.stderr}")
    run(program, code=2)
    run(program, DIGITS, code=2)
    failed = run(program, "missing.pt", SINGLE, code=2)
    expect("missing.pt" in failed.stderr, failed.stderr)


def check_record(program):
    with tempfile.TemporaryDirectory() as name:
        record = pathlib.Path(name, "record.json")
        record.write_text(json.dumps({
            "visionkit": 1, "labels": [str(digit) for digit in range(10)],
            "input": {"resize": {"mode": "stretch", "width": 32, "height": 32}, "color": "gray"}}))
        expect(labels(json_lines(program, DIGITS, SINGLE / "seven.png", "--record", record)[0])[0] == "7", "its labels")
        record.write_text('{"visionkit": 1, "lables": []}')
        failed = run(program, DIGITS, SINGLE, "--record", record, code=2)
        expect("lables" in failed.stderr, failed.stderr)


def custom_decoder(program, arguments):
    with squares(arguments) as folder:
        lines = run(program, folder / "centernet.pt", folder / "pictures/two.png").stdout.splitlines()
        expect(lines == ["red square   1.00 [12.0, 20.0, 44.0, 52.0]", "blue square  1.00 [76.0, 60.0, 108.0, 92.0]"],
               f"unexpected answer: {lines}")
        failed = run(program, folder / "yolov8.pt", folder / "pictures/two.png", code=1)
        expect("expected CenterNet's heat, size and offset" in failed.stderr, failed.stderr)
    run(program, code=2)


@contextlib.contextmanager
def squares(arguments):
    with tempfile.TemporaryDirectory() as name:
        run(arguments.squares, name)
        yield pathlib.Path(name)


def detect(program, arguments):
    with squares(arguments) as folder:
        model, pictures = folder / "yolov8.pt", folder / "pictures"
        red, blue = [12, 20, 44, 52], [76, 60, 108, 92]
        answers = json_lines(program, model, pictures)
        expect([pathlib.Path(a["file"]).name for a in answers] == ["wide.png", "none.jpg", "two.png"], f"{answers}")
        expect([[(o["name"], o["box"]) for o in a["objects"]] for a in answers] ==
               [[("red square", [24, 24, 88, 88])], [], [("red square", red), ("blue square", blue)]], f"{answers}")
        expect(json_lines(program, model, pictures, "--batch", 1) == answers, "batches differ from single pictures")
        # Without suppression, the neighbors of the right cells are there, too.
        expect(len(json_lines(program, model, pictures / "two.png", "--iou", 1)[0]["objects"]) == 10, "--iou")
        expect(json_lines(program, model, pictures / "two.png", "--threshold", 1)[0]["objects"] == [], "--threshold")

        table = run(program, model, pictures).stdout.splitlines()
        expect(table[1] == "  red square   1.00 [24.0, 24.0, 88.0, 88.0]" and table[3] == "  nothing above the threshold",
               f"unexpected table: {table}")
        expect("yolov8.pt" in run(program, model, "--describe").stdout, "no description")
        check_drawings(program, model, folder)
        check_detector_options(program, folder)

        broken = folder / "broken.png"
        broken.write_text("no picture")
        done = run(program, model, broken, pictures / "two.png", "--json", code=1)
        expect(len(done.stdout.splitlines()) == 1, done.stdout)
        for part in ("broken.png: unsupported_image:", "1 of 2 pictures failed"):
            expect(part in done.stderr, f"'{part}' is not in: {done.stderr}")
    run(program, code=2)
    run(program, "missing.pt", SINGLE, code=2)


def check_drawings(program, model, folder):
    """Drawn pictures lie as the originals do, and take the place of none."""
    pictures, out = folder / "pictures", folder / "seen"
    two = pictures / "two.png"
    run(program, model, pictures, two, "--out", out)
    drawn = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*"))
    expect(drawn == ["deep/wide.png", "none.jpg", "two-2.png", "two.png"], f"unexpected files: {drawn}")
    expect((out / "two.png").read_bytes() == (out / "two-2.png").read_bytes() != two.read_bytes(), "nothing is drawn")
    before = two.read_bytes()
    done = run(program, model, two, "--out", pictures, code=1)
    expect("take the place of the original" in done.stderr and two.read_bytes() == before, done.stderr)


def check_detector_options(program, folder):
    """What a model does not say about itself, the command line does."""
    model, two = folder / "centernet.pt", folder / "pictures/two.png"
    refused = run(program, model, two, "--format", "centernet", code=2)
    expect("yolov8" in refused.stderr, f"the formats are not listed: {refused.stderr}")
    labels, record = folder / "labels.txt", folder / "record.json"
    labels.write_text("rot\nblau\n")
    record.write_text(json.dumps({"visionkit": 1, "task": "detection", "score_thresholds": [0.6],
                                  "input": {"resize": {"mode": "letterbox", "width": 64, "height": 64}}}))
    (answer,) = json_lines(program, folder / "yolov8.pt", two, "--record", record, "--labels", labels, "--format", "yolov8")
    expect([o["name"] for o in answer["objects"]] == ["rot", "blau"], f"unexpected names: {answer}")


def segment(program, arguments):
    with squares(arguments) as folder:
        pictures, out = folder / "pictures", folder / "seen"
        two = pictures / "two.png"
        # Classes: one square of 64 x 64 (its corners are rounded off), none, two of 32 x 32.
        answers = json_lines(program, folder / "classes.pt", pictures, "--out", out)
        found = [[(c["name"], round(c["fraction"], 3)) for c in a["classes"]] for a in answers]
        expect(found == [[("background", 0.875), ("red", 0.125)], [("background", 1)],
                         [("background", 0.875), ("red", 0.062), ("blue", 0.062)]], f"{answers}")
        expect(answers[2]["classes"][1]["mask"]["size"] == [128, 128], f"{answers[2]}")
        drawn = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*"))
        expect(drawn == ["deep/wide.labels.png", "deep/wide.png", "none.jpg", "none.labels.png", "two.labels.png", "two.png"],
               f"unexpected files: {drawn}")
        table = run(program, folder / "classes.pt", two, "--tiles", 0.2).stdout.splitlines()
        expect(table[0].endswith("two.png 128x128") and re.fullmatch(r"  red +6\.\d %", table[2]), f"unexpected table: {table}")

        # Objects with masks.
        (answer,) = json_lines(program, folder / "yolov8_seg.pt", two, "--out", out)
        expect([o["name"] for o in answer["objects"]] == ["red square", "blue square"], f"{answer}")
        table = run(program, folder / "yolov8_seg.pt", two).stdout.splitlines()
        expect(table[1:] == ["  red square       1.00 1024 pixels", "  blue square      1.00 1024 pixels"], f"{table}")
        failed = run(program, DIGITS, two, code=2)
        expect("a Segmenter takes semantic_segmentation" in failed.stderr, failed.stderr)
    run(program, code=2)


def video(program, arguments):
    with squares(arguments) as folder:
        model, frames, clip = folder / "yolov8.pt", folder / "frames", folder / "clip.avi"
        # A folder to a video; nothing is drawn, since no score is above 1.
        check_summary(run(program, model, frames, "--out", clip, "--threshold", 1).stdout, "every", 12, 0, 0)
        expect(clip.read_bytes()[:4] == b"RIFF", "no video")
        # The video to a folder, in order although two work at it.
        seen = folder / "seen"
        check_summary(run(program, model, clip, "--out", seen, "--workers", 2).stdout, "every", 12, 0, 12)
        expect(sorted(path.name for path in seen.iterdir()) == [f"{i:06}.jpg" for i in range(12)], "frames are missing")
        # Frames that come too early are dropped, not lost; the written video is as long all the same.
        for pace in (["--policy", "latest"], ["--realtime", "--fps", 100]):
            again = folder / "again.avi"
            done = run(program, model, clip, *pace, "--out", again).stdout
            found, dropped = map(int, re.search(r"^(\d+) frames, (\d+) dropped", done, re.MULTILINE).groups())
            expect(found >= 1 and found + dropped == 12, f"frames are lost: {done}")
            check_summary(done, "latest", found, dropped, found)
            check_summary(run(program, model, again, "--threshold", 1).stdout, "every", 12, 0, 0)

        (frames / "06.png").write_text("no picture")
        done = run(program, model, frames, code=1)
        expect("frame 6: unsupported_image:" in done.stderr, done.stderr)
        check_summary(done.stdout, "every", 11, 0, 11)
        shutil.copy(folder / "pictures/two.png", frames / "07.png")
        failed = run(program, model, frames, "--out", folder / "mixed.avi", code=2)
        expect("different sizes" in failed.stderr, failed.stderr)
        failed = run(program, model, folder / "missing.avi", code=2)
        expect("missing.avi" in failed.stderr, failed.stderr)
        check_interruption(program, model, frames)
        (folder / "empty").mkdir()
        expect("there are no frames" in run(program, model, folder / "empty", code=1).stderr, "an empty folder")
    run(program, code=2)


def check_summary(text, policy, found, dropped, objects):
    expect(f"fps, policy {policy}\n{found} frames, {dropped} dropped, " in text and f"; {objects} objects\n" in text, text)
    for stage in ("decode", "detect", "frame age"):
        expect(re.search(rf"^{stage} +\d+\.\d\d +\d+\.\d\d$", text, re.MULTILINE), f"no times of {stage}: {text}")


def check_interruption(program, model, frames):
    """Ctrl-C ends with the summary, here while a frame is awaited that would come in an hour."""
    started = subprocess.Popen(command_of(program, model, frames, "--realtime", "--fps", "0.0003"), text=True,
                               stdout=subprocess.PIPE)
    first = started.stdout.readline()
    started.send_signal(signal.SIGINT)
    rest, _ = started.communicate(timeout=60)
    expect(re.match(r"[01] frames, 0 dropped", rest) and started.returncode == 0, f"{first}{rest}")


def preprocess(program, _):
    data = DATA / "preprocess"
    with tempfile.TemporaryDirectory() as name:
        seen = pathlib.Path(name, "seen.png")
        common = (program, data / "picture.png", "--output", seen, "--compare", data / "torchvision.npy")
        equal = run(*common, "--record", data / "record.json").stdout
        expect("seen as 48x48" in equal and "equal: 6912 values, bit for bit" in equal, equal)
        expect(seen.read_bytes()[:4] == b"\x89PNG", "no picture")

        record = json.loads((data / "record.json").read_text())
        record["input"]["resize"]["interpolation"] = "opencv.linear"
        changed = pathlib.Path(name, "record.json")
        changed.write_text(json.dumps(record))
        different = run(*common, "--record", changed, code=1).stdout
        expect("nearest with one rule changed: interpolation pillow.bilinear (mean difference 0)" in different, different)
        expect("shapes differ: ours is [3, 64, 64], the other [3, 48, 48]" in run(*common, "--letterbox", 64, code=1).stdout,
               "shapes")
    run(program, "missing.png", code=2)


def evaluate(program, _):
    truth = DATA / "scenes/instances.json"
    pictures = sorted((DATA / "scenes/images").iterdir())
    common = ("--format", "coco", "--images", DATA / "scenes/images", "--json")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lines, page = folder / "run.jsonl", folder / "run.html"
        detector = (program, DATA / "models/digit_detector.pt", truth, *common, "--results", lines, "--cache", folder / "cache")
        first = json.loads(run(*detector, "--report", page, "--fail-under", "ap50=0.5").stdout)
        expect(first["report"] == "evaluation" and first["pictures"] == len(pictures) and not first["set_aside"], f"{first}")
        expect(json.loads(page.with_suffix(".json").read_text())["scores"] == first["scores"], "page and screen differ")
        expect(first["figures"]["ap50"] == first["scores"]["boxes"]["summary"]["ap50"], "figures and scores differ")
        expect(page.read_text().startswith("<!DOCTYPE html>") and "ap50" in page.read_text(), "no page")
        expect(len(lines.read_text().splitlines()) == 1 + len(pictures), "not a line for each picture")
        again = json.loads(run(*detector).stdout)
        expect(again["resumed"] == len(pictures) and again["scores"] == first["scores"], f"not resumed: {again}")
        failed = run(*detector, "--fail-under", "ap50=0.5", "--fail-under", "ap=0.9999", code=1)
        expect(re.search(r"^ap is 0\.\d{4}, below 0\.9999$", failed.stderr, re.MULTILINE), failed.stderr)
        run(*detector, "--fail-under", "speed=1", code=2)
        run(*detector, "--threshold", 0.4, code=2)  # the lines are those of another threshold

        masks = json.loads(run(program, DATA / "models/digit_instances.pt", truth, *common).stdout)
        expect(masks["scores"]["masks"]["summary"]["ap50"] > 0.5, f"no masks: {masks}")
        maps = run(program, DATA / "models/digit_segmenter.pt", DATA / "scenes/semantic", "--format", "masks", "--images",
                   DATA / "scenes/images", "--json").stdout
        expect(json.loads(maps)["pictures"] == len(pictures), maps)

        for digit in NAMES:
            (folder / "digits" / digit).mkdir(parents=True)
            shutil.copy(SINGLE / f"{digit}.png", folder / "digits" / digit)
        (folder / "digits/one/broken.png").write_bytes(b"no picture")
        table = run(program, DIGITS, folder / "digits", "--format", "folders", "--fail-under", "top_1_accuracy=0.99").stdout
        expect("broken.png" in table and "unsupported_image" in table, f"nothing is said of the broken picture: {table}")
        nothing = run(program, DATA / "models/digit_detector.pt", truth, "--format", "coco", "--images", folder, code=2)
        expect("none of the 12 pictures could be judged" in nothing.stderr, nothing.stderr)
    run(program, DIGITS, "missing", "--format", "folders", code=2)


def benchmark(program, _):
    seven = SINGLE / "seven.png"
    with tempfile.TemporaryDirectory() as cache:
        common = (program, DIGITS, seven, "--runs", 8, "--callers", 2, "--threads", 1, "--cache", cache)
        text = run(*common).stdout
        for part in ("Load and memory", "Latency of a call", "median", "1 caller ", "2 callers", "preprocess", "network",
                     "digits.pt", "libtorch", "threads"):
            expect(part in text, f"'{part}' is not in:\n{text}")
        (measured,) = json_lines(*common, "--batch", 2, "--engine", "libtorch")
    expect(measured["report"] == "benchmark" and measured["engine"].startswith("libtorch"), f"{measured}")
    expect(measured["latency"]["calls"] == 8 and measured["latency"]["items"] == 16, f"{measured['latency']}")
    expect(0 < measured["latency"]["min_ms"] <= measured["latency"]["p50_ms"] <= measured["latency"]["max_ms"], "latency")
    expect(measured["load_ms"] > 0 and measured["first_call_ms"] > 0, "times")
    memory = measured["resident_mb"]
    expect(0 < memory["before"] < memory["loaded"] and memory["after"] > memory["before"], f"{memory}")
    expect([t["callers"] for t in measured["throughput"]] == [1, 2] and
           all(t["pictures_per_second"] > 0 for t in measured["throughput"]), f"{measured['throughput']}")
    expect(measured["profile"]["calls"] == 9 and measured["profile"]["pictures"] == 18, f"{measured['profile']}")
    expect([trial["is_chosen"] for trial in measured["trials"]].count(True) == 1, f"{measured['trials']}")
    expect(measured["doctor"]["report"] == "doctor" and measured["doctor"]["engines"], f"{measured['doctor']}")
    run(program, DIGITS, seven, "--engine", "abacus", code=2)
    failed = run(program, DIGITS, "missing.png", code=2)
    expect("missing.png" in failed.stderr, failed.stderr)


def readme(prefix, arguments):
    blocks = dict(reversed(re.findall(r"```(cpp|cmake)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "minimal.cpp").write_text(blocks["cpp"])
        (folder / "CMakeLists.txt").write_text(blocks["cmake"])
        run("cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DCMAKE_CXX_COMPILER={arguments.compiler}")
        run("cmake", "--build", folder / "build")
        minimal(folder / "build/minimal", arguments)


def score(program, _):
    truth = {"images": [{"id": 1, "width": 100, "height": 80}], "categories": [{"id": 1, "name": "cat"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 40], "area": 1600, "iscrowd": 0}]}
    found = [{"image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 40], "score": 0.9}]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file, content in (("truth", truth), ("found", found), ("nothing", [])):
            (folder / f"{file}.json").write_text(json.dumps(content))
        files = folder / "truth.json", folder / "found.json"
        report = json.loads(run(program, *files, "--json", "--fail-under", "ap=0.99").stdout)
        expect(abs(report["summary"]["ap"] - 1) < 1e-9 and report["summary"]["ap_large"] is None, f"unexpected report: {report}")
        expect(run(program, *files, "--errors").stdout.count("cat ") == 1, "no table")
        changed = run(program, *files, "--before", folder / "nothing.json").stdout
        expect("+1.0000 in [+1.0000, +1.0000]" in changed, f"unexpected comparison: {changed}")
        failed = run(program, files[0], folder / "nothing.json", "--fail-under", "ap=0.5", code=1)
        expect("ap is 0.0000, below 0.5" in failed.stderr, f"unexpected message: {failed.stderr}")
        run(program, *files, "--fail-under", "speed=1", code=2)
        run(program, *reversed(files), code=2)
        check_lines(program, folder)


def check_lines(program, folder):
    """Lines of results, whose pictures and classes have names, against every format of annotations."""
    picture = folder / "images/val/five.png"
    for name in ("images/val", "labels/val", "Annotations"):
        (folder / name).mkdir(parents=True)
    shutil.copy(SINGLE / "five.png", picture)
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    (folder / "data.yaml").write_text("val: images/val\nnames: [digit]\n")
    (folder / "labels/val/five.txt").write_text("0 0.5 0.5 1 1\n")
    (folder / "Annotations/five.xml").write_text(
        f"<annotation><filename>five.png</filename><size><width>{width}</width><height>{height}</height></size><object>"
        f"<name>digit</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>{width}</xmax><ymax>{height}</ymax></bndbox>"
        "</object></annotation>")
    (folder / "coco.json").write_text(json.dumps({
        "images": [{"id": 7, "width": width, "height": height, "file_name": "five.png"}],
        "categories": [{"id": 3, "name": "digit"}],
        "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [0, 0, width, height], "area": width * height,
                         "iscrowd": 0}]}))
    header = {"visionkit_results": 1, "task": "detection", "model_sha256": "", "settings": "", "labels": ["digit"]}
    result = {"file": "five.png", "width": width, "height": height,
              "detections": [{"label": 0, "score": 0.9, "box": [0, 0, width, height]}]}
    lines = folder / "run.jsonl"
    lines.write_text(f'{json.dumps(header)}\n{json.dumps(result)}\n{{"file":"si')
    for truth, name in ((folder / "coco.json", "coco"), (folder, "voc"), (folder, "yolo")):
        done = run(program, truth, lines, "--truth-format", name, "--json", "--fail-under", "ap=0.99")
        expect(json.loads(done.stdout)["objects"] == 1, f"unexpected report on {name}: {done.stdout}")
        expect("run.jsonl is not finished" in done.stderr, f"nothing is said of the broken line: {done.stderr}")
    run(program, folder, lines, "--truth-format", "yolo", "--split", "test", code=2)
    lines.write_text(json.dumps(header | {"labels": ["letter"]}) + "\n" + json.dumps(result) + "\n")
    failed = run(program, folder / "coco.json", lines, code=2)
    expect("'letter'" in failed.stderr, f"unexpected message: {failed.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("example", choices=["minimal", "classify", "detect", "segment", "evaluate", "benchmark", "custom_decoder", "preprocess", "score", "video", "readme"])
    parser.add_argument("path", type=pathlib.Path)
    parser.add_argument("--squares", type=pathlib.Path)
    parser.add_argument("--compiler", default="c++")
    arguments = parser.parse_args()
    globals()[arguments.example](arguments.path, arguments)
    print(f"example.{arguments.example}: as expected")


if __name__ == "__main__":
    main()
