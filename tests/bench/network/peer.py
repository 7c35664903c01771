"""A peer in a process of its own: peer.py SIDE MODEL THREADS; waits for commands on standard input, answers each with
one line.

    dump BATCH INPUT OUTPUT          reads the input, writes all outputs, as float32; the size of each output
    time BATCH COUNT                 median milliseconds of COUNT calls
    calls BATCH COUNT FILE SECONDS   writes the milliseconds of each call; stops after SECONDS; their number

THREADS may be "default". What cannot be done answers "failed", and why on standard error.
"""
import os
import sys
import time

import models
import side_by_side

for variable in side_by_side.THREAD_VARIABLES:  # every peer gets its threads by its own options
    os.environ.pop(variable, None)

import numpy as np


def libtorch(model, threads, prepare):
    import torch

    if threads:
        torch.set_num_threads(threads)
    network = prepare(torch, torch.jit.load(str(model.path)).eval())

    def flat(answer):
        if isinstance(answer, torch.Tensor):
            return [answer.numpy()]
        return [part for item in (answer.values() if isinstance(answer, dict) else answer) for part in flat(item)]

    def start(batch, pixels):
        tensor = torch.from_numpy(pixels)

        def call():
            with torch.inference_mode():
                return network(tensor)

        return call, flat

    return start


def onnxruntime(model, threads):
    import onnxruntime as runtime

    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1

    def start(batch, pixels):
        session = runtime.InferenceSession(models.onnx(model, batch), options, providers=["CPUExecutionProvider"])
        given = {session.get_inputs()[0].name: pixels}
        return lambda: session.run(None, given), list

    return start


def openvino(model, threads):
    import openvino as ov
    import torch

    network = torch.jit.load(str(model.path)).eval()
    settings = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    if threads:
        settings["INFERENCE_NUM_THREADS"] = threads

    def start(batch, pixels):
        converted = ov.convert_model(network, input=[(ov.PartialShape(pixels.shape), ov.Type.f32)])
        request = ov.Core().compile_model(converted, "CPU", settings).create_infer_request()
        request.set_input_tensor(ov.Tensor(pixels, shared_memory=True))

        def call():
            request.infer()
            return request

        return call, lambda request: [tensor.data for tensor in request.output_tensors]

    return start


SIDES = {
    "plain": lambda *model: libtorch(*model, lambda torch, network: network),
    "optimized": lambda *model: libtorch(
        *model, lambda torch, network: torch.jit.optimize_for_inference(torch.jit.freeze(network))),
    "onnxruntime": onnxruntime,
    "openvino": openvino,
}


def timed(call, count, seconds=1e9):
    end = time.perf_counter() + seconds
    times = []
    while len(times) < count and time.perf_counter() < end:
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1e3)
    return times


def main():
    side, name, threads = sys.argv[1:]
    model = models.model(name)
    start = SIDES[side](model, None if threads == "default" else int(threads))
    calls = {}
    for line in sys.stdin:
        command, batch, *words = line.split()
        try:
            if command == "dump":
                pixels = np.fromfile(words[0], np.float32).reshape(int(batch), 3, *model.size[::-1])
                calls[batch], flat = start(int(batch), pixels)
                for _ in range(3):  # LibTorch's profiling executor is done after the second
                    outputs = [np.array(output, np.float32) for output in flat(calls[batch]())]
                np.concatenate([output.ravel() for output in outputs]).tofile(words[1])
                answer = " ".join(str(output.size) for output in outputs)
            elif command == "time":
                answer = np.median(timed(calls[batch], int(words[0])))
            else:
                times = timed(calls[batch], int(words[0]), float(words[2]))
                np.array(times).tofile(words[1])
                answer = len(times)
        except Exception as error:  # of any of the peers
            print(f"{side} {name}: {error}", file=sys.stderr)
            answer = "failed"
        print(answer, flush=True)


if __name__ == "__main__":
    main()
