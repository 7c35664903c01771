"""Photographs side by side in a picture of any size, so that the detail is that of a camera."""
from PIL import Image

from side_by_side import DATA


def photograph(size):
    tiles = [Image.open(path).convert("RGB").resize((500, 375), Image.Resampling.LANCZOS)
             for path in sorted((DATA / "imagenet_samples").glob("*.JPEG"))[:64]]
    picture = Image.new("RGB", size)
    places = [(x, y) for y in range(0, size[1], 375) for x in range(0, size[0], 500)]
    for number, place in enumerate(places):
        picture.paste(tiles[number % len(tiles)], place)
    return picture
