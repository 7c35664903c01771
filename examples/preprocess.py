"""Shows what a model sees, and compares it with a tensor of your own: the twin of preprocess.cpp.

    python preprocess.py street.jpg --letterbox 640
    python preprocess.py street.jpg --compare tensor.npy
"""

import argparse
import sys

import numpy as np
import visionkit


def preprocessor(letterbox: int) -> visionkit.Preprocessor:
    if letterbox:
        resize = visionkit.ResizeOptions(mode="letterbox", size=(letterbox, letterbox), interpolation="opencv.linear")
        return visionkit.Preprocessor(resize=resize)
    return visionkit.Preprocessor(
        resize={"mode": "shorter_side", "side": 256, "interpolation": "pillow.bilinear"},
        crop={"size": (224, 224)},
        mean=[0.485, 0.456, 0.406],
        std=[0.229, 0.224, 0.225],
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Shows what a model sees, and compares it with a tensor of your own.")
    parser.add_argument("picture", help="JPEG, PNG, WebP or BMP file")
    parser.add_argument("--letterbox", type=int, default=0, help="Ultralytics' letterbox of this side")
    parser.add_argument("--output", default="seen.png", help="the picture to write")
    parser.add_argument("--compare", help="float32 tensor in a .npy file")
    arguments = parser.parse_args()
    try:
        rules = preprocessor(arguments.letterbox)
        tensor, transform = rules(arguments.picture)
        options = rules.options
        pixels = tensor[0].transpose(1, 2, 0) * np.array(options.std) + np.array(options.mean)
        visionkit.write_image(arguments.output, np.rint(pixels / options.scale).clip(0, 255).astype(np.uint8))
        steps = transform.geometry
        print(f"{arguments.picture} is {steps.image_size.width}x{steps.image_size.height}, seen as "
              f"{steps.model_size.width}x{steps.model_size.height}; written to {arguments.output}")
        if not arguments.compare:
            return 0
        other = np.load(arguments.compare)
        if other.size != tensor.size:
            print(f"shapes differ: ours is {tensor.shape}, the other {other.shape}")
            return 1
        worst = float(np.abs(tensor.ravel() - other.ravel()).max())
        print("equal" if worst <= 1e-6 else f"different: by up to {worst:.6g}")
        return 0 if worst <= 1e-6 else 1
    except (visionkit.Error, OSError) as error:
        print(f"preprocess: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
