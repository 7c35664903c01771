"""Makes picture.png and torchvision.npy: what torchvision's transforms give under record.json, by Pillow and NumPy."""
import sys
from pathlib import Path

import numpy as np
from PIL import Image

folder = Path(__file__).parent
source = Image.open(sys.argv[1]).convert("RGB")  # scikit-image's cat, CC0
source.resize((140, 96), Image.LANCZOS).save(folder / "picture.png", optimize=True)
image = Image.open(folder / "picture.png")
width, height = image.size
image = image.resize((int(64 * width / height), 64), Image.BILINEAR)
left, top = round((image.width - 48) / 2), round((image.height - 48) / 2)
pixels = np.asarray(image.crop((left, top, left + 48, top + 48))).transpose(2, 0, 1)
mean = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
std = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]
np.save(folder / "torchvision.npy", np.ascontiguousarray((pixels.astype(np.float32) / 255 - mean) / std))
