#!/usr/bin/env python3
"""Kills an evaluation at random moments and lets it go on:

    killed.py WORKER SCENES [--kills 20] [--seed 1]

After every kill each whole line of the results file must be JSON. Whenever a run gets to its end, its report (without
times) and its results file must be those of a run that nobody disturbed.
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

COPIES = 5


class Worker:
    def __init__(self, args, folder):
        self.command = [args.worker, str(folder / "images"), str(COPIES)]
        self.results, self.report = folder / "results.jsonl", folder / "report.json"

    def start(self):
        self.report.unlink(missing_ok=True)
        process = subprocess.Popen([*self.command, str(self.results), str(self.report)], stdout=subprocess.PIPE)
        if process.stdout.readline() != b"began\n":
            sys.exit(f"the worker did not begin; it ended with {process.wait()}")
        return process

    def outcome(self):
        """What must be the same, however often it was killed."""
        report = json.loads(self.report.read_text())
        for key in ("reading", "predicting", "resumed"):
            del report[key]
        for key in ("began", "seconds"):
            del report["run"][key]
        return report, self.results.read_bytes()


def check_lines(text):
    """The number of whole lines; the last piece may be anything."""
    lines = text.split(b"\n")[:-1]
    for line in lines:
        if not isinstance(json.loads(line), dict):
            sys.exit(f"a line is no object: {line[:80]}")
    return len(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("worker")
    parser.add_argument("scenes", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    moments = random.Random(args.seed)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "images").mkdir()
        for picture in sorted((args.scenes / "images").iterdir()):
            for copy in range(COPIES):
                shutil.copy(picture, folder / "images" / f"{copy}_{picture.name}")
        worker = Worker(args, folder)

        undisturbed = worker.start()
        start = time.monotonic()
        if undisturbed.wait() != 0:
            sys.exit("the undisturbed run failed")
        seconds = time.monotonic() - start
        expected = worker.outcome()
        worker.results.unlink()

        kills, ends, partial, seen = 0, 0, 0, set()
        while True:
            process = worker.start()
            if kills < args.kills:
                try:
                    # Runs that go on are shorter, so short waits are more likely to meet one.
                    process.wait(moments.random() ** 2 * seconds)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    kills += 1
                    text = worker.results.read_bytes() if worker.results.exists() else b""
                    seen.add(check_lines(text))
                    partial += not text.endswith(b"\n") and text != b""
                    continue
            if process.wait() != 0:
                sys.exit(f"a run that nobody killed ended with {process.returncode}")
            if worker.outcome() != expected:
                sys.exit(f"after {kills} kills the report or the results file differs from that of an undisturbed run")
            ends += 1
            worker.results.unlink()
            if kills == args.kills:
                break
        print(f"evaluate.killed: {kills} kills left {len(seen)} different numbers of whole lines, {partial} broken lines;"
              f" {ends} runs got to their end, all with the report of an undisturbed run ({seconds:.2f} s)")


if __name__ == "__main__":
    main()
