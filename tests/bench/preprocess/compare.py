"""Preprocessing beside Pillow + NumPy, OpenCV + NumPy and OpenCV in C++.

Sides that must give the same tensor are compared before anything is timed. Two peers are bounds: libjpeg-turbo that
only decodes, and memory, which reads the picture once and writes a tensor once.
"""
import io

import side_by_side
from side_by_side import median_ms
from support.photographs import photograph

import cv2
import numpy as np
import PIL
from PIL import Image

MEAN = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
STD = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]


def make_photographs(folder):
    """JPEGs, quality 90, 4:2:0."""
    paths = {}
    for label, size in {"500x375": (500, 375), "1080p": (1920, 1080), "4000x3000": (4000, 3000)}.items():
        paths[label] = folder / f"{label}.jpg"
        photograph(size).save(paths[label], quality=90)
    return paths


def tensor_of(worker, side, task, path, folder):
    out = folder / "tensor.bin"
    worker.ask("dump", side, task, path, out)
    return np.fromfile(out, np.float32)


def pillow_classify(image):
    width, height = image.size
    if width <= height:
        size = (256, int(256 * height / width))
    else:
        size = (int(256 * width / height), 256)
    image = image.resize(size, Image.BILINEAR)
    left, top = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)))
    tensor = np.ascontiguousarray(pixels.transpose(2, 0, 1)).astype(np.float32)
    tensor /= 255
    tensor -= MEAN
    tensor /= STD
    return tensor


def opencv_letterbox(image):
    height, width = image.shape[:2]
    gain = min(640 / height, 640 / width)
    size = (round(width * gain), round(height * gain))
    dw, dh = (640 - size[0]) / 2, (640 - size[1]) / 2
    if size != (width, height):
        image = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    image = cv2.copyMakeBorder(image, round(dh - 0.1), round(dh + 0.1), round(dw - 0.1), round(dw + 0.1),
                               cv2.BORDER_CONSTANT, value=(114, 114, 114))
    tensor = np.ascontiguousarray(image[..., ::-1].transpose(2, 0, 1)).astype(np.float32)
    tensor /= 255
    return tensor


def python_side(task, data):
    if task == "classify":
        return lambda: pillow_classify(Image.open(io.BytesIO(data)).convert("RGB"))
    if task == "classify_pixels":
        image = Image.open(io.BytesIO(data)).convert("RGB")
        return lambda: pillow_classify(image)
    if task == "letterbox":
        return lambda: opencv_letterbox(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return lambda: opencv_letterbox(image)


WHAT = {
    "classify": "bytes to 224x224 (shorter side 256, antialiased, center crop)",
    "classify_pixels": "pixels to 224x224 (the same without decoding)",
    "letterbox": "bytes to letterbox 640",
    "letterbox_pixels": "pixels to letterbox 640",
}
PEERS = {  # name of the peer: (where it runs, largest accepted difference)
    "classify": {"Pillow + NumPy": ("python", 0), "libjpeg-turbo, decoding alone": ("libjpeg", None)},
    "classify_pixels": {"Pillow + NumPy": ("python", 0), "memory, touching all of it once": ("memory", None)},
    "letterbox": {"OpenCV + NumPy": ("python", 0), "OpenCV C++": ("opencv", 1e-6),
                  "libjpeg-turbo, decoding alone": ("libjpeg", None)},
    "letterbox_pixels": {"OpenCV + NumPy": ("python", 0), "OpenCV C++": ("opencv", 1e-6),
                         "memory, touching all of it once": ("memory", None)},
}


def compare(bench, worker, task, label, path, folder):
    python = python_side(task, path.read_bytes())
    expected = tensor_of(worker, "ours", task, path, folder)

    def equal(side, tolerance):
        if tolerance is None:
            return "not the same work"
        tensor = python().ravel() if side == "python" else tensor_of(worker, side, task, path, folder)
        return tensor.shape == expected.shape and float(np.abs(tensor - expected).max()) <= tolerance

    def turn(side):
        if side == "python":
            return lambda count: median_ms(python, count)
        return lambda count: float(worker.ask("time", side, task, path, count)[0])

    bench.compare(f"{WHAT[task]}, {label}", turn("ours"),
                  {peer: (turn(side), equal(side, tolerance)) for peer, (side, tolerance) in PEERS[task].items()})


def rows(bench, folder):
    cv2.setNumThreads(1)
    worker = side_by_side.Worker("tests/bench/preprocess/visionkit_preprocess_bench")
    photographs = make_photographs(folder)
    for task in WHAT:
        for label, path in photographs.items():
            compare(bench, worker, task, label, path, folder)


if __name__ == "__main__":
    side_by_side.run(f"Pillow {PIL.__version__}, NumPy {np.__version__}, OpenCV {cv2.__version__} (Python)", rows)
