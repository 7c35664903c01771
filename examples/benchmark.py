"""How fast a model answers here, and why: load and memory, the first call, latency, calls at the same time, the steps of a
call, the engines that were tried, and what doctor() finds in this process: the twin of benchmark.cpp.

    python benchmark.py model.pt photo.jpg                      a report to read
    python benchmark.py model.pt photo.jpg --json               the same for other programs
    python benchmark.py model.pt photo.jpg --engine libtorch --threads 1 --batch 8

With a batch of 1 a call gets the bytes of the picture's file, otherwise decoded pictures. The model's record says which
task it is. Exit code: 0, or 2 when nothing could be measured.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import support
import visionkit
from visionkit import metrics


def seconds_of(body: Callable[[], object]) -> float:
    begin = time.perf_counter()
    body()
    return time.perf_counter() - begin


def resident_megabytes() -> float:
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def load(arguments: argparse.Namespace) -> tuple[Any, Callable[[], object]]:
    """The model, and what answers the picture, or as many as the batch has."""
    own = support.read_record(arguments.record)
    record = own or visionkit.read_record(arguments.model)
    if record is None:
        raise ValueError(f"'{arguments.model}' has no record; name one by --record")
    given: Any = pathlib.Path(arguments.picture).read_bytes()
    if arguments.batch > 1:
        given = [visionkit.read_image(arguments.picture)] * arguments.batch
    how = support.run_options(arguments)
    if record.task in ("classification", "multilabel_classification"):
        classifier = visionkit.Classifier(arguments.model, record=own, run=how)
        return classifier, lambda: classifier.classify(given)
    if record.task in ("detection", "instance_segmentation"):
        detector = visionkit.Detector(arguments.model, record=own, run=how)
        return detector, lambda: detector.detect(given)
    if record.task == "semantic_segmentation":
        segmenter = visionkit.Segmenter(arguments.model, record=own, run=how)
        return segmenter, lambda: segmenter.segment(given)
    raise ValueError("panoptic networks are not measured here")


def measure_callers(call: Callable[[], object], arguments: argparse.Namespace, callers: int) -> dict[str, float]:
    """So many threads, each with its share of the calls."""
    share = max(1, arguments.runs // callers)
    threads = [threading.Thread(target=lambda: [call() for _ in range(share)]) for _ in range(callers)]

    def all_of_them() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return {"callers": callers, "pictures_per_second": share * callers * arguments.batch / seconds_of(all_of_them)}


def measure(arguments: argparse.Namespace) -> tuple[dict[str, Any], Any]:
    """What is shown as JSON, and the model."""
    before = resident_megabytes()
    begin = time.perf_counter()
    model, call = load(arguments)
    load_s = time.perf_counter() - begin
    loaded = resident_megabytes()
    first_s = seconds_of(call)
    latency = metrics.LatencyMetric()
    for _ in range(arguments.runs):
        latency.add(seconds_of(call), arguments.batch)
    profile = model.profile()
    throughput = []
    callers = 1
    while callers <= arguments.callers:
        throughput.append(measure_callers(call, arguments, callers))
        callers *= 2
    fields = ("engine", "form", "ms", "difference", "is_chosen", "reason")
    return {
        "report": "benchmark", "model": arguments.model, "picture": arguments.picture, "batch": arguments.batch,
        "runs": arguments.runs, "engine": model.describe().engine, "load_ms": 1e3 * load_s, "first_call_ms": 1e3 * first_s,
        "resident_mb": {"before": before, "loaded": loaded, "after": resident_megabytes()},
        "latency": json.loads(latency.report().to_json()), "throughput": throughput,
        "profile": json.loads(profile.to_json()),
        "trials": [{name: getattr(trial, name) for name in fields} for trial in model.describe().trials],
        "doctor": json.loads(visionkit.doctor().to_json()),
    }, model


def print_text(measured: dict[str, Any], model: Any) -> None:
    def heading(text: str) -> None:
        print(f"\n{text}\n{'-' * len(text)}")

    memory, latency = measured["resident_mb"], measured["latency"]
    print(f"{measured['model']}\n{measured['picture']}, batch {measured['batch']}, {measured['runs']} runs")
    heading("Load and memory")
    print(f"load         {measured['load_ms']:9.1f} ms")
    print(f"resident     {memory['before']:9.1f} MB before, {memory['loaded']:.1f} loaded, {memory['after']:.1f} after the last call")
    heading("Latency of a call")
    first = measured["first_call_ms"]
    print(f"first        {first:9.3f} ms, {first / latency['p50_ms']:.2f} times the median")
    for name, key in (("median", "p50_ms"), ("90 %", "p90_ms"), ("99 %", "p99_ms"), ("longest", "max_ms")):
        print(f"{name:<12} {latency[key]:9.3f} ms")
    heading("Throughput")
    for each in measured["throughput"]:
        name = f"{each['callers']} caller{'s' if each['callers'] > 1 else ''}"
        print(f"{name:<12} {each['pictures_per_second']:9.1f} pictures a second")
    heading("Steps of a call, ms")
    print(model.profile(), end="")
    heading("The model, and the engines that were tried")
    print(model.describe(), end="")
    heading("This process")
    print(visionkit.doctor(), end="")


def run(arguments: argparse.Namespace) -> int:
    measured, model = measure(arguments)
    if arguments.json:
        print(json.dumps(measured, separators=(",", ":")))
    else:
        print_text(measured, model)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="How fast a model answers here, and why.")
    parser.add_argument("model", help="TorchScript file")
    parser.add_argument("picture", help="JPEG, PNG, WebP or BMP file")
    support.add_run(parser)
    parser.add_argument("--batch", type=support.positive, default=1, help="pictures in a call")
    parser.add_argument("--runs", type=support.positive, default=50, help="calls that are timed")
    parser.add_argument("--callers", type=int, default=os.cpu_count(),
                        help="up to so many calls at the same time; default: the processors")
    parser.add_argument("--record", help="model record (JSON) to use instead of the model's own")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    arguments = parser.parse_args()
    return support.run_program("benchmark", lambda: run(arguments))


if __name__ == "__main__":
    sys.exit(main())
