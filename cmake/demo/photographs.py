#!/usr/bin/env python3
"""The photographs of the demo: copies them out of the scikit-image package into the folder that is named."""

import importlib.util
import pathlib
import shutil
import sys
from typing import NamedTuple


class Photograph(NamedTuple):
    file: str      # in the package
    shows: str     # what a person sees
    accepted: set  # the names of ImageNet that fit
    credit: str


PHOTOGRAPHS = [
    Photograph("chelsea.png", "a tabby cat", {"tabby", "tiger cat", "Egyptian cat"}, "Stefan van der Walt, CC0"),
    Photograph("coffee.png", "a cup of coffee", {"espresso", "cup", "coffee mug"}, "Rachel Michetti, CC0"),
    Photograph("camera.png", "a camera on a tripod", {"tripod", "reflex camera"}, "Lav Varshney, CC0"),
    Photograph("rocket.jpg", "the launch of a rocket", {"missile", "projectile"}, "SpaceX, public domain"),
    Photograph("motorcycle_left.png", "a motorcycle", {"moped", "motor scooter", "disk brake"},
               "Middlebury stereo benchmark 2014, D. Scharstein and others"),
]


def main():
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(importlib.util.find_spec("skimage").submodule_search_locations[0], "data")
    for photograph in PHOTOGRAPHS:
        shutil.copyfile(folder / photograph.file, target / photograph.file)


if __name__ == "__main__":
    main()
