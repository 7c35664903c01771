"""COCO's twelve numbers beside pycocotools and faster-coco-eval.

The data is coco_val_scale of the oracles: 5,000 images, 36,000 objects, 500,000 boxes or 100,000 masks. In every round
each side runs once in a process of its own. Equal are numbers that agree within 1e-12. "evaluate" is evaluate() and
accumulate(), "files" all from the two files to the numbers, without starting the program. Times are processor time,
which for one thread is the time on an idle machine.
"""
import json
import subprocess
import sys
from pathlib import Path

import side_by_side

WORKER = side_by_side.BUILD / "tests/bench/coco/visionkit_coco_bench"
ORACLES = side_by_side.ORACLES / "coco"
PEERS = ["pycocotools", "faster-coco-eval"]


def make_data(folder):
    large = json.loads((ORACLES / "large.json").read_text())
    arguments = next(case["arguments"] for case in large if case["name"] == "coco_val_scale")
    options = [text for key, value in arguments.items() for text in ("--" + key.replace("_", "-"), str(value))]
    subprocess.run([sys.executable, ORACLES / "make_large_coco.py", "--segm", "--out", folder, *options], check=True)


def run(side, what, folder):
    results = folder / ("dt_segm.json" if what == "masks" else "dt_bbox.json")
    command = [WORKER] if side == "visionkit" else [sys.executable, Path(__file__).with_name("peer.py"), side]
    answer = subprocess.run([*command, what, folder / "gt.json", results], capture_output=True, text=True, check=True)
    found = json.loads(answer.stdout.splitlines()[-1])
    found["files_ms"] = found["read_ms"] + found["evaluate_ms"]
    return found


def rows(bench, folder):
    make_data(folder)
    for what in ("boxes", "masks"):
        taken, void = bench.interleaved({side: lambda side=side: run(side, what, folder)
                                         for side in ["visionkit", *PEERS]})
        ours = taken["visionkit"]
        for stage in ("evaluate", "files"):
            for peer in PEERS:
                theirs = taken[peer]
                equal = all(abs(a - b) <= 1e-12 for a, b in zip(ours[0]["stats"], theirs[0]["stats"]))
                bench.add(f"{what}, {stage}", [each[stage + "_ms"] for each in ours], peer,
                          [each[stage + "_ms"] for each in theirs], equal, void,
                          ours_mib=ours[0]["peak_mib"], peer_mib=theirs[0]["peak_mib"])


if __name__ == "__main__":
    side_by_side.run(" and ".join(PEERS), rows, rounds=5)
