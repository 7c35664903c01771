"""A detector whose output has a layout that visionkit does not know: a function of yours turns the tensors of one picture
into boxes in pixels of the network's input. Detector does the rest: it resizes the picture before, and then keeps the best
of boxes that overlap and maps them back into pixels of the picture. The twin of custom_decoder.cpp.

This one is CenterNet (Zhou et al., "Objects as Points", 2019): three tensors over a grid of cells.
  heat   [classes, rows, columns]   probability that an object of the class has its center in the cell
  size   [2, rows, columns]         width and height of that object, in pixels of the input
  offset [2, rows, columns]         where in the cell its center is, 0..1
"""

import sys
from typing import Any

import numpy as np
import visionkit
from numpy.typing import NDArray
from visionkit._core import DecodeContext


# Called from many threads if detect() is. `context` says what the tensors do not: the number of classes, the size of the
# input, the threshold. Raise visionkit.Error for tensors that do not fit: the first call happens at load.
def decode_centernet(tensors: list[NDArray[Any]], context: DecodeContext) -> visionkit.Detections:
    grid = tensors[0].shape[1:]
    if [tensor.shape for tensor in tensors] != [(context.class_count, *grid), (2, *grid), (2, *grid)] or len(grid) != 2:
        raise visionkit.errors.by_code["model_contract"]("expected CenterNet's heat, size and offset")
    heat, size, offset = tensors
    cell = np.array([context.input.width / grid[1], context.input.height / grid[0]], np.float32)
    labels, rows, columns = np.nonzero(heat > context.score_threshold)
    centers = (np.stack([columns, rows], 1) + offset[:, rows, columns].T) * cell
    halves = size[:, rows, columns].T / 2
    return visionkit.Detections(np.hstack([centers - halves, centers + halves]), heat[labels, rows, columns], labels)


def main() -> int:
    if len(sys.argv) != 3:
        print(f"usage: {sys.argv[0]} MODEL PICTURE", file=sys.stderr)
        return 2
    try:
        found = visionkit.Detector(sys.argv[1], decoder=decode_centernet).detect(sys.argv[2])
        for each in found:
            print(f"{found.name(each.label):<12} {each.score:.2f} [{', '.join(f'{side:.1f}' for side in each.box)}]")
        return 0
    except visionkit.Error as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
