"""What the comparisons share: rounds, ratios, the table and the rows of the JSON file.

A round gives every side one turn, in random order; a turn is the median of so many calls that it takes some 40 ms.
Times in a row are medians over the rounds, and the ratio is the median of the ratios of the rounds. Answers are
compared before: a peer that differs is not timed, and its row says MISMATCH.

A round is void when a fixed loop before or after it takes 5 % more than at its best. As many void rounds as were asked
for are run again; on a machine that is busier than that all later rounds count. The table says how many were void.

Imported before NumPy and the peers, whose thread pools read the environment.
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
DEFAULTS = {name: value for name, value in os.environ.items() if name not in THREAD_VARIABLES}  # for such workers
for variable in THREAD_VARIABLES:
    os.environ[variable] = "1"

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("VISIONKIT_BUILD", ROOT / "build/release"))
DATA = Path(os.environ.get("VISIONKIT_DATA", ROOT.parent / "shared/data"))
ORACLES = Path(os.environ.get("VISIONKIT_ORACLES", ROOT.parent / "shared/oracles"))
TABLE = "{:<75} {:>10} {:<36} {:>10} {:>8}  {}"


class Worker:
    """A program in a process of its own, which answers a line of words with another; one of ours is named by its path
    in the build folder."""

    def __init__(self, program, *arguments, environment=None):
        self.process = subprocess.Popen([BUILD / program, *map(str, arguments)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit("the worker ended at: " + " ".join(map(str, words)))
        return answer.split()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def median_ms(call, count=1):
    times = []
    for _ in range(count):
        result = None  # its memory is given back outside the measurement, as the workers do
        begin = time.perf_counter()
        result = call()
        times.append((time.perf_counter() - begin) * 1e3)
    del result
    return statistics.median(times)


def machine():
    with open("/proc/cpuinfo") as file:
        name = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    return f"{name}, {len(os.sched_getaffinity(0))} processors"


def calibration_ms():
    begin = time.perf_counter()
    total = 0
    for i in range(100_000):
        total += i * i
    return (time.perf_counter() - begin) * 1e3


class Bench:
    """The table and the rows of one comparison; `options` are those of the command line."""

    def __init__(self, about, options, threads="one thread"):
        self.options = options
        self.rounds = options.rounds
        self.rows = []
        print(f"{about}; {threads} on every side, {self.rounds} rounds")
        print(TABLE.format("what", "ours ms", "peer", "peer ms", "ratio", ""), flush=True)

    def interleaved(self, sides):
        """What every side returned in every round, and how many rounds were void."""
        best = min(calibration_ms() for _ in range(20))
        taken = {name: [] for name in sides}
        counted = void = 0
        while counted < self.rounds:
            before = calibration_ms()
            found = {name: sides[name]() for name in random.sample(list(sides), len(sides))}
            if max(before, calibration_ms()) > 1.05 * best:
                void += 1
                if void <= self.rounds:
                    continue
            counted += 1
            for name, value in found.items():
                taken[name].append(value)
        return taken, void

    def compare(self, what, ours, peers, **more):
        """A row for each peer: name to (turn, equal). A turn takes the number of calls and gives milliseconds; what
        cannot be equal says so in words."""
        taken, void = self.turns(ours, {name: turn for name, (turn, equal) in peers.items() if equal})
        for name, (_, equal) in peers.items():
            self.add(what, taken.get("ours"), name, taken.get(name), equal, void, **more)

    def turns(self, ours, peers):
        """The milliseconds of "ours" and of every peer in every round, and how many rounds were void."""
        turns = {"ours": ours, **peers}
        if not peers:
            return {}, 0
        counts = {name: max(1, min(50, int(40 / turn(1)))) for name, turn in turns.items()}
        return self.interleaved({name: lambda name=name: turns[name](counts[name]) for name in turns})

    def add(self, what, ours, peer, theirs, equal, void, **more):
        """A row from the milliseconds of every round; they are not read where the answers differ."""
        row = {"what": what, "ours_ms": None, "peer": peer, "peer_ms": None, "ratio": None, "equal": equal,
               "threads": 1}
        if equal:
            row.update(ours_ms=round(statistics.median(ours), 4), peer_ms=round(statistics.median(theirs), 4),
                       ratio=round(statistics.median(b / a for a, b in zip(ours, theirs)), 3), rounds=len(ours),
                       void_rounds=void)
        row.update(more)
        self.rows.append(row)
        notes = ["equal" if equal is True else equal or "MISMATCH", *(f"{key} {value}" for key, value in more.items())]
        if void:
            notes.append(f"{void} void rounds, {max(0, void - self.rounds)} of them counted")
        ours_ms, peer_ms, ratio = (row[key] if equal else "-" for key in ("ours_ms", "peer_ms", "ratio"))
        print(TABLE.format(what, ours_ms, peer, peer_ms, ratio, ", ".join(notes)), flush=True)


def run(about, body, rounds=30, threads="one thread", add_options=lambda parser: None):
    """The whole program: body(bench, folder) makes the rows. Ends with 1 when a side differs."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("out", type=Path, help="the JSON file to write")
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--append", action="store_true", help="add to the rows that the file has")
    add_options(parser)
    options = parser.parse_args()
    bench = Bench(about, options, threads)
    with tempfile.TemporaryDirectory() as folder:
        body(bench, Path(folder))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    earlier = json.loads(options.out.read_text()) if options.append else []
    options.out.write_text(json.dumps([*earlier, *bench.rows], indent=1) + "\n")
    sys.exit(any(row["equal"] is False for row in bench.rows))
