#!/usr/bin/env python3
"""Runs an example program on the project's own models and checks what it prints. Run by ctest:

    examples.py minimal PROGRAM
    examples.py classify PROGRAM
    examples.py preprocess PROGRAM
    examples.py readme PREFIX      builds the README's two blocks on the package installed in PREFIX, then as minimal
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests/data"
DIGITS, ATTRIBUTES = DATA / "models/digits.pt", DATA / "models/digits_attributes.pt"
SINGLE = DATA / "digits/single"
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TRUE_OF_TWO = ["prime", "below five", "even"]


def run(*command, code=0):
    done = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("example", choices=["minimal", "classify", "preprocess", "readme"])
    parser.add_argument("path", type=pathlib.Path)
    parser.add_argument("--compiler", default="c++")
    arguments = parser.parse_args()
    globals()[arguments.example](arguments.path, arguments)
    print(f"example.{arguments.example}: as expected")


if __name__ == "__main__":
    main()
