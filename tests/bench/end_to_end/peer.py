"""OpenCV and ONNX Runtime in Python, as a peer in a process of its own: peer.py MODEL THREADS; waits for commands on
standard input, answers each with one line.

    load RULES           how pictures become the input, as JSON in a file
    answer PICTURE OUT   writes the probabilities of all classes
    time PICTURE COUNT   median milliseconds of COUNT calls, from the file's bytes to the five best classes
"""
import json
import sys

import side_by_side

sys.path.insert(0, str(side_by_side.ROOT / "tests/bench/network"))
import cv2  # noqa: E402
import models  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402


class Program:
    def __init__(self, name, threads):
        cv2.setNumThreads(threads)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(models.onnx(models.model(name), 1), options,
                                                    providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name

    def load(self, rules):
        self.rules = rules
        self.scale = [rules["scale"] / deviation for deviation in rules["std"]]
        self.shift = [-mean / deviation for mean, deviation in zip(rules["mean"], rules["std"])]

    def tensor(self, data):
        rules = self.rules
        width, height = rules["size"]
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        size = (width, height)
        if rules["shorter_side"]:
            ratio = rules["shorter_side"] / min(picture.shape[:2])
            size = (round(picture.shape[1] * ratio), round(picture.shape[0] * ratio))
        left, top = (size[0] - width) // 2, (size[1] - height) // 2
        part = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)[top:top + height, left:left + width]
        made = np.empty((1, 3, height, width), np.float32)
        for place in range(3):
            channel = part[:, :, place if rules["bgr"] else 2 - place]
            np.multiply(channel, np.float32(self.scale[place]), out=made[0, place])
            made[0, place] += np.float32(self.shift[place])
        return made

    def probabilities(self, data):
        scores = self.session.run(None, {self.input: self.tensor(data)})[0][0]
        if self.rules["scores"] != "softmax":
            return scores
        scores = np.exp(scores - scores.max())
        return scores / scores.sum()

    def classify(self, data):
        scores = self.probabilities(data)
        return [(int(index), float(scores[index])) for index in np.argsort(scores)[:-6:-1]]


def main():
    program = Program(sys.argv[1], int(sys.argv[2]))
    for line in sys.stdin:
        command, path, *words = line.split()
        if command == "load":
            program.load(json.loads(side_by_side.Path(path).read_text()))
            answer = "loaded"
        else:
            data = side_by_side.Path(path).read_bytes()
            if command == "time":
                answer = side_by_side.median_ms(lambda: program.classify(data), int(words[0]))
            else:
                program.probabilities(data).astype(np.float32).tofile(words[0])
                answer = "written"
        print(answer, flush=True)


if __name__ == "__main__":
    main()
