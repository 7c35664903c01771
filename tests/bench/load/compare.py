"""What a load costs, with and without `cache_folder`, and the first call after it beside the calls that follow.

Every load is made in a process of its own. Its time is that from the start of the process to the answer, less the same
for a process that loads nothing. The goals: a cached ResNet-50 takes at most 0.2 s; the first call takes at most 1.5
times the median of the later ones.
"""
import statistics
import sys
import time

import side_by_side

sys.path.insert(0, str(side_by_side.ROOT / "tests/bench/network"))
import models  # noqa: E402
import numpy as np  # noqa: E402
from network.compare import agree, read_outputs, worker, write_pictures  # noqa: E402

WORKER = "tests/bench/network/visionkit_network_bench"
CALLS, SETTLED = 40, 10
LINE = "{:<22} {:<22} {:>10} {:>10} {:>10} {:>10} {:>10}  {}"


def start(*command):
    """A worker's answer to its first command, and the milliseconds that it took with the start of the process."""
    begin = time.perf_counter()
    side = worker(WORKER)
    answer = side.ask(*command)
    return side, answer, (time.perf_counter() - begin) * 1e3


class Load:
    def __init__(self, model, options, folder, cache):
        side, _, base_ms = start("nothing")
        side.end()
        side, (_, self.form, *_), whole_ms = start("load", model.path, *model.size, options.threads, "auto", cache)
        self.load_ms = whole_ms - base_ms
        side.ask("pictures", folder / "pixels.bin")
        times = folder / "times.bin"
        side.ask("calls", 1, CALLS, times, 1e9)
        calls = np.fromfile(times)
        self.first_ms, self.steady_ms = calls[0], float(np.median(calls[SETTLED:]))
        out = folder / "output.bin"
        self.outputs = read_outputs(side.ask("dump", 1, folder / "input.bin", out), out)
        side.end()


def show(name, how, loads, form):
    first = statistics.median(load.first_ms / load.steady_ms for load in loads)
    load_ms = statistics.median(load.load_ms for load in loads)
    missed = first > 1.5 or (how == "cached" and name == "ResNet-50" and load_ms > 200)
    print(LINE.format(name, how, *(f"{value:.1f}" for value in (
        load_ms, statistics.median(load.first_ms for load in loads),
        statistics.median(load.steady_ms for load in loads))), f"{first:.2f}", form, "MISSED" if missed else ""),
        flush=True)


def rows(bench, folder):
    options = bench.options
    print(LINE.format("network", "load", "load ms", "first ms", "steady ms", "ratio", "answers", ""))
    for name in options.models:
        model = models.model(name)
        write_pictures(model.size, folder / "pixels.bin", 1)
        cache = folder / f"cache {name}".replace(" ", "_").replace("/", "_")
        plain = [Load(model, options, folder, "") for _ in range(options.rounds)]
        Load(model, options, folder, cache)
        cached = [Load(model, options, folder, cache) for _ in range(options.rounds)]
        for how, loads in (("without a cache", plain), ("cached", cached)):
            show(name, how, loads, loads[-1].form)
        equal = all(agree(load.outputs, plain[0].outputs) for load in (*plain, *cached))
        bench.add(f"{name}, cached load", [load.load_ms for load in cached], "load without a cache",
                  [load.load_ms for load in plain], equal, 0, threads=options.threads,
                  first_over_steady=round(statistics.median(load.first_ms / load.steady_ms for load in cached), 2))


def add_options(parser):
    parser.add_argument("--models", nargs="+", default=models.NAMES, metavar="NAME")
    parser.add_argument("--threads", type=int, default=2)


if __name__ == "__main__":
    side_by_side.run(f"Loads and first calls; {side_by_side.machine()}", rows, rounds=5,
                     threads="as many threads as the row says", add_options=add_options)
