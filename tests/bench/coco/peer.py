"""One peer's side of compare.py: peer.py pycocotools|faster-coco-eval boxes|masks TRUTH RESULTS

From the two files to the twelve numbers, once, on one thread. Prints one line of JSON, as worker.cpp does.
"""
import contextlib
import io
import json
import resource
import sys
import time


def load(name):
    if name == "pycocotools":
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
        return COCO, COCOeval
    from faster_coco_eval import COCO, COCOeval_faster
    return COCO, COCOeval_faster


def main():
    name, what, truth_file, results_file = sys.argv[1:]
    make_coco, make_evaluation = load(name)
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.process_time()
        truth = make_coco(truth_file)
        results = truth.loadRes(results_file)
        read = time.process_time()
        evaluation = make_evaluation(truth, results, iouType="segm" if what == "masks" else "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        end = time.process_time()
        evaluation.summarize()
    print(json.dumps({"read_ms": (read - start) * 1e3, "evaluate_ms": (end - read) * 1e3,
                      "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                      "stats": [float(value) for value in evaluation.stats[:12]]}))


if __name__ == "__main__":
    main()
