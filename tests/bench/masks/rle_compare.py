"""Run-length masks beside pycocotools: the answers must be equal, bit for bit."""
import importlib.metadata

import side_by_side
from side_by_side import median_ms

import numpy as np
from pycocotools import mask as coco


def pictures(width, height):
    """Name and pixels: an object, a pattern, and the finest grid that a network will ever give."""
    y, x = np.mgrid[:height, :width]
    yield "ellipse", ((x - width // 2) ** 2 * height**2 + (y - height // 2) ** 2 * width**2 < (width * height // 3) ** 2)
    yield "stripes", (x + 2 * y) // 37 % 3 == 0
    yield "xor grid", (x ^ y) % 11 < 4


def outlines(count, width, height, roughness, generator):
    """Closed outlines with 40 corners, a quarter of the picture in size at most."""
    angles = np.arange(40) * 2 * np.pi / 40
    for _ in range(count):
        radius = generator.uniform(0.05, 0.3) * width
        waves = sum(generator.uniform(-0.15, 0.15) * np.sin(k * angles + generator.uniform(0, 7)) for k in (1, 2, 3))
        reach = radius * (1 + waves - roughness * generator.uniform(0, 1, 40))
        centre = generator.uniform(0, 1, 2) * (width, height)
        yield centre + np.stack([np.cos(angles), np.sin(angles)], 1) * reach[:, None]


def rles_of(corners, width, height):
    return coco.frPyObjects([outline.ravel().tolist() for outline in corners], height, width)


def compare(bench, worker, folder, what, peer, size, task, call, raw):
    """`raw` turns the peer's answer into the bytes that the worker leaves."""
    def ours(count):
        return float(worker.ask(task, folder, count, *size)[0])

    ours(1)
    equal = (folder / "ours").read_bytes() == raw(call())
    bench.compare(what, ours, {peer: (lambda count: median_ms(call, count), equal)})


def picture_rows(bench, worker, folder):
    size = (4000, 3000)
    for name, pixels in pictures(*size):
        pixels = np.ascontiguousarray(pixels, dtype=np.uint8)
        pixels.tofile(folder / "pixels")
        compare(bench, worker, folder, f"encode row-major {name}, 4000x3000", "asfortranarray + encode", size, "encode",
                lambda: coco.encode(np.asfortranarray(pixels)), lambda rle: rle["counts"])
        rle = coco.encode(np.asfortranarray(pixels))
        (folder / "strings").write_bytes(rle["counts"])
        compare(bench, worker, folder, f"decode {name}, 4000x3000", "decode", size, "decode",
                lambda: coco.decode(rle), lambda decoded: decoded.tobytes("C"))


def overlap_rows(bench, worker, generator, folder):
    for size in ((640, 480), (1920, 1080)):
        for name, roughness in (("smooth", 0), ("jagged", 0.4)):
            rles = rles_of(outlines(40, *size, roughness, generator), *size)
            (folder / "strings").write_bytes(b"\n".join(rle["counts"] for rle in rles))
            for task, how in (("iou", ""), ("iou_strings", ", strings read")):
                compare(bench, worker, folder, f"IoU 20x20 {name}, {size[0]}x{size[1]}{how}", "iou", size, task,
                        lambda: coco.iou(rles[:20], rles[20:], [0] * 20), lambda overlaps: overlaps.tobytes("C"))


def polygon_rows(bench, worker, generator, folder):
    """A thousand outlines, a part of which lies outside the picture."""
    size = (1920, 1080)
    for name, roughness in (("smooth", 0), ("jagged", 0.9)):
        corners = list(outlines(1000, *size, roughness, generator))
        np.concatenate(corners).tofile(folder / "corners")
        lists = [outline.ravel().tolist() for outline in corners]
        compare(bench, worker, folder, f"1,000 {name} polygons, 1920x1080", "frPyObjects", size, "polygons",
                lambda: coco.frPyObjects(lists, size[1], size[0]),
                lambda rles: b"".join(rle["counts"] + b"\n" for rle in rles))


def rows(bench, folder):
    worker = side_by_side.Worker("tests/bench/masks/visionkit_mask_rle_bench")
    generator = np.random.default_rng(1)
    picture_rows(bench, worker, folder)
    overlap_rows(bench, worker, generator, folder)
    polygon_rows(bench, worker, generator, folder)


if __name__ == "__main__":
    side_by_side.run(f"pycocotools {importlib.metadata.version('pycocotools')}", rows)
