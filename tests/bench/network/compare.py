"""The call of the network alone, beside LibTorch, ONNX Runtime and OpenVINO in Python, all in float32.

Every side runs in a process of its own and gets the tensor that ours makes of photographs. Ours chooses its engine by
itself, unless --engine says which. Each launch has its own luck with memory, up to 10 % of the time, so all sides are
started several times and the rounds of all launches count. A peer is equal when no output differs by more than 1e-3 of
its largest value from the plain module's. The verdict at the end is of the goals: at most 1.05 times the time of
OpenVINO and of the best peer of all; with --engine libtorch at most 1.02 times the best time of LibTorch.
"""
import itertools
import sys
import time

import side_by_side
from support.photographs import photograph

sys.path.insert(0, str(side_by_side.ROOT / "tests/bench/network"))
import models  # noqa: E402
import numpy as np  # noqa: E402

WORKER = "tests/bench/network/visionkit_network_bench"
PEERS = {"LibTorch as it is": "plain", "LibTorch optimized": "optimized", "ONNX Runtime": "onnxruntime",
         "OpenVINO": "openvino"}


def worker(*command):
    return side_by_side.Worker(*command, environment=side_by_side.DEFAULTS)


def write_pictures(size, path, pictures):
    strip = photograph((4000, 3000))
    with open(path, "wb") as file:
        for place in itertools.islice(itertools.product(range(0, 3000, 375), range(0, 4000, 500)), pictures):
            picture = strip.crop((place[1], place[0], place[1] + 500, place[0] + 375)).resize(size)
            file.write(picture.tobytes())


def load_ours(model, threads, engine, folder, pictures=8):
    ours = worker(WORKER)
    loaded = ours.ask("load", model.path, *model.size, threads, engine)
    write_pictures(model.size, folder / "pixels.bin", pictures)
    ours.ask("pictures", folder / "pixels.bin")
    return ours, loaded


def start_peer(side, model, threads):
    return worker(sys.executable, side_by_side.ROOT / "tests/bench/network/peer.py", side, model.name, threads)


def read_outputs(answer, path):
    if answer == ["failed"]:
        return None
    sizes = np.array(answer, int)
    return np.split(np.fromfile(path, np.float32), np.cumsum(sizes)[:-1])


def agree(outputs, expected):
    return [output.size for output in outputs] == [output.size for output in expected] and all(
        bool(np.abs(output - other).max() <= 1e-3 * np.abs(other).max()) for output, other in zip(outputs, expected))


def turn(side, batch):
    def ask(count):
        time.sleep(0.02)  # the threads of the side before wait for work by spinning
        return float(side.ask("time", batch, count)[0])
    return ask


class Comparison:
    """Of one model, batch and number of threads: what all launches found."""

    def __init__(self):
        self.taken = {}
        self.void = 0
        self.equal = {}

    def add(self, bench, model, batch, sides, folder):
        tensor, out = folder / "input.bin", folder / "output.bin"
        ours = read_outputs(sides["ours"].ask("dump", batch, tensor, out), out)
        outputs = {name: read_outputs(sides[name].ask("dump", batch, tensor, out), out) for name in PEERS}
        expected = outputs["LibTorch as it is"]
        if expected is None:
            return
        is_right = agree(ours, expected)
        for name, found in outputs.items():
            if found is not None and name in bench.options.peers:
                self.equal[name] = self.equal.get(name, True) and is_right and agree(found, expected)
        taken, void = bench.turns(turn(sides["ours"], batch),
                                  {name: turn(sides[name], batch) for name, equal in self.equal.items() if equal})
        self.void += void
        for name, times in taken.items():
            self.taken.setdefault(name, []).extend(times)

    def show(self, bench, model, batch, threads):
        if not self.equal:
            print(f"{model.name} does not take a batch of {batch}")
        for name in [name for name in bench.options.peers if name not in self.equal]:
            print(f"{name} cannot run {model.name} on a batch of {batch}")
        what = f"{model.name}, batch {batch}, {threads} thread{'s'[:threads != 1]}"
        for name, equal in self.equal.items():
            bench.add(what, self.taken.get("ours"), name, self.taken.get(name), equal, self.void, threads=threads)


def rows(bench, folder):
    options = bench.options
    for name in options.models:
        model = models.model(name)
        models.export(name, options.batches)
        for threads in options.threads:
            found = {batch: Comparison() for batch in options.batches}
            for _ in range(options.launches):
                ours, loaded = load_ours(model, threads, options.engine, folder, max(options.batches))
                print(f"{name}: {' '.join(loaded[1:])} answers, loaded in {float(loaded[0]):.0f} ms", flush=True)
                sides = {"ours": ours, **{peer: start_peer(side, model, threads) for peer, side in PEERS.items()}}
                for batch in options.batches:
                    found[batch].add(bench, model, batch, sides, folder)
                for side in sides.values():
                    side.end()
            for batch in options.batches:
                found[batch].show(bench, model, batch, threads)
    verdict(bench)


def verdict(bench):
    print(f"\n{'ours over':<45} {'OpenVINO':>10} {'LibTorch':>10} {'best':>10}")
    for what, group in itertools.groupby(bench.rows, lambda row: row["what"]):
        ratios = {row["peer"]: 1 / row["ratio"] for row in group if row["equal"] is True}
        torch = [ratio for peer, ratio in ratios.items() if peer.startswith("LibTorch")]
        limit, judged = (1.02, torch) if bench.options.engine == "libtorch" else (1.05, list(ratios.values()))
        figures = [f"{max(found):>10.3f}" if found else f"{'-':>10}"
                   for found in ([ratios[peer] for peer in ratios if peer == "OpenVINO"], torch, list(ratios.values()))]
        print(f"{what:<45} {' '.join(figures)}  {'' if judged and max(judged) <= limit else 'MISSED'}")


def add_options(parser):
    parser.add_argument("--models", nargs="+", default=models.NAMES, metavar="NAME")
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 8])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--launches", type=int, default=3)
    parser.add_argument("--engine", default="auto", choices=["auto", "libtorch", "openvino"])


if __name__ == "__main__":
    side_by_side.run(f"The network alone; {side_by_side.machine()}", rows, threads="as many threads as the row says",
                     rounds=10, add_options=add_options)
