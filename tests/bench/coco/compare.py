"""COCO's twelve numbers beside pycocotools and faster-coco-eval, one thread each: compare.py OUT.json [ROUNDS]

The data is coco_val_scale of the oracles: 5,000 images, 36,000 objects, 500,000 boxes or 100,000 masks. In every round
each side runs once, in random order, in a process of its own. A row is the median of the times and of the per-round
ratios; it says "equal" when the numbers agree within 1e-12. "evaluate" is evaluate() and accumulate(), "files" all from
the two files to the numbers, without starting the program. Times are processor time, which for one thread is the time
on an idle machine.
"""
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(os.environ.get("VISIONKIT_BUILD", ROOT / "build/release")) / "tests/bench/coco/visionkit_coco_bench"
ORACLES = Path(os.environ.get("VISIONKIT_ORACLES", ROOT.parent / "shared/oracles")) / "coco"
PEERS = ["pycocotools", "faster-coco-eval"]
ROW = "{:<24} {:>10} {:>8} {:>18} {:>10} {:>8} {:>7}  {}"


def make_data(folder):
    large = json.loads((ORACLES / "large.json").read_text())
    arguments = next(case["arguments"] for case in large if case["name"] == "coco_val_scale")
    options = [text for key, value in arguments.items() for text in ("--" + key.replace("_", "-"), str(value))]
    subprocess.run([sys.executable, ORACLES / "make_large_coco.py", "--segm", "--out", folder, *options], check=True)


def run(side, what, folder):
    results = folder / ("dt_segm.json" if what == "masks" else "dt_bbox.json")
    command = [WORKER] if side == "visionkit" else [sys.executable, Path(__file__).with_name("peer.py"), side]
    environment = {**os.environ, **dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1")}
    answer = subprocess.run([*command, what, folder / "gt.json", results], capture_output=True, text=True,
                            env=environment, check=True)
    times = json.loads(answer.stdout.splitlines()[-1])
    times["files_ms"] = times["read_ms"] + times["evaluate_ms"]
    return times


def compare(what, folder, rounds):
    taken = {side: [] for side in ["visionkit", *PEERS]}
    for _ in range(rounds):
        for side in random.sample(list(taken), len(taken)):
            taken[side].append(run(side, what, folder))
    ours = taken["visionkit"]
    for stage in ("evaluate", "files"):
        for peer in PEERS:
            theirs = taken[peer]
            key = stage + "_ms"
            row = {"what": f"{what}, {stage}", "peer": peer, "threads": 1,
                   "equal": all(abs(a - b) <= 1e-12 for a, b in zip(ours[0]["stats"], theirs[0]["stats"])),
                   "ours_ms": round(statistics.median(each[key] for each in ours), 1),
                   "peer_ms": round(statistics.median(each[key] for each in theirs), 1),
                   "ratio": round(statistics.median(b[key] / a[key] for a, b in zip(ours, theirs)), 1),
                   "ours_mib": ours[0]["peak_mib"], "peer_mib": theirs[0]["peak_mib"]}
            print(ROW.format(row["what"], row["ours_ms"], row["ours_mib"], peer, row["peer_ms"], row["peer_mib"],
                             row["ratio"], "equal" if row["equal"] else "MISMATCH"), flush=True)
            yield row


def main():
    out = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print(f"one thread each, {rounds} rounds")
    print(ROW.format("what", "ours ms", "MiB", "peer", "peer ms", "MiB", "ratio", ""))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_data(folder)
        rows = [row for what in ("boxes", "masks") for row in compare(what, folder, rounds)]
    Path(out).write_text(json.dumps(rows, indent=1) + "\n")
    return 0 if all(row["equal"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
