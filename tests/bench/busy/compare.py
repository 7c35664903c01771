"""500 calls of a network while two neighbors keep two processors busy, beside LibTorch as it is by default.

The quiet median of ours comes first, without neighbors. The goals: the call that 90 % do not exceed takes at most 4
times that, and no call takes more than 0.5 s. LibTorch stops after --seconds; its calls are counted.
"""
import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import side_by_side

sys.path.insert(0, str(side_by_side.ROOT / "tests/bench/network"))
import models  # noqa: E402
import numpy as np  # noqa: E402
from network.compare import agree, load_ours, read_outputs, start_peer  # noqa: E402

LINE = "{:<34} {:>6} {:>10} {:>10} {:>10} {:>10} {:>12}  {}"
QUIET = 60
# Ends with the process that started it, however that ends.
NEIGHBOR = """
import os
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(100_000):
        pass
"""


@contextlib.contextmanager
def neighbors(count=2):
    running = [subprocess.Popen([sys.executable, "-c", NEIGHBOR]) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def times_of(side, count, seconds, folder):
    path = folder / "times.bin"
    side.ask("calls", 1, count, path, seconds)
    return np.fromfile(path)


def compare(name, options, folder):
    model = models.model(name)
    tensor, out = folder / "input.bin", folder / "output.bin"
    ours, loaded = load_ours(model, 0, options.engine, folder, 1)
    peer = start_peer("plain", model, "default")
    answers = [read_outputs(side.ask("dump", 1, tensor, out), out) for side in (ours, peer)]
    equal = agree(*answers)
    print(f"{name}: {' '.join(loaded[1:])} answers{'' if equal else '; MISMATCH'}", flush=True)
    calls = {who: times_of(side, QUIET, options.seconds, folder) for who, side in (("ours", ours), ("LibTorch", peer))}
    quiet = {who: float(np.median(times)) for who, times in calls.items()}
    with neighbors():
        busy = {"ours": times_of(ours, options.calls, 1e9, folder),
                "LibTorch": times_of(peer, options.calls, options.seconds, folder)}
    for side in (ours, peer):
        side.end()
    figures = {}
    for who, times in busy.items():
        p50, p90, longest = (float(np.percentile(times, percent)) for percent in (50, 90, 100))
        figures[who] = {"quiet_ms": quiet[who], "calls": len(times), "p50_ms": p50, "p90_ms": p90, "max_ms": longest,
                        "p90_over_quiet": p90 / quiet["ours"], "stalls": int((times > 500).sum())}
        goal = "" if who != "ours" or (p90 <= 4 * quiet["ours"] and longest <= 500) else "MISSED"
        print(LINE.format(f"{name}, {who}", len(times), *(f"{value:.2f}" for value in (
            quiet[who], p50, p90, longest, p90 / quiet["ours"])), goal), flush=True)
    row = {"what": f"{name}: p90 of calls with two busy neighbors", "ours_ms": figures["ours"]["p90_ms"],
           "peer": "LibTorch by default", "peer_ms": figures["LibTorch"]["p90_ms"],
           "ratio": figures["LibTorch"]["p90_ms"] / figures["ours"]["p90_ms"], "equal": equal}
    return {**row, "ours": figures["ours"], "libtorch": figures["LibTorch"]}


def main():
    parser = argparse.ArgumentParser(description="Networks beside busy neighbors")
    parser.add_argument("out", type=Path, help="the JSON file to write")
    parser.add_argument("--models", nargs="+", default=["MobileNetV2", "ResNet-50", "yolox_nano_416"], metavar="NAME")
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60, help="of the calls of LibTorch")
    parser.add_argument("--engine", default="auto", choices=["auto", "libtorch", "openvino"])
    options = parser.parse_args()
    print(f"{side_by_side.machine()}; two busy neighbors; as many threads as each side takes by itself")
    print(LINE.format("what", "calls", "quiet ms", "p50 ms", "p90 ms", "longest", "p90 / quiet", ""), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        rows = [compare(name, options, Path(folder)) for name in options.models]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(rows, indent=1) + "\n")
    sys.exit(not all(row["equal"] for row in rows))


if __name__ == "__main__":
    main()
