"""Draws the example of the first start: a scene, a mask in its empty part, and a prompt.

    python example.py --work DIR --out ../../example
"""

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

import render

# (slug, centre x, bottom, longer side) of what already stands in the meadow
STANDING = [("deciduous-tree", 32, 172, 84), ("tulip", 234, 236, 36), ("tulip", 214, 246, 30), ("sun", 222, 48, 38)]
MASK = (134, 150, 76)  # centre x, centre y, radius
PROMPT = "a mushroom in a meadow"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    picture, _ = render.place_background("meadow", random.Random(11))
    for slug, x, bottom, side in STANDING:
        render.paste(picture, render.sprite(str(args.work), "fluent3d", slug), x, bottom, side,
                     mirror=False, shadow=slug != "sun")
    Image.fromarray(np.clip(picture + 0.5, 0, 255).astype(np.uint8)).save(args.out / "scene.png", optimize=True)
    mask = Image.new("L", (render.SIZE, render.SIZE), 0)
    x, y, r = MASK
    ImageDraw.Draw(mask).ellipse((x - r, y - r, x + r, y + r), fill=255)
    mask.filter(ImageFilter.GaussianBlur(3)).save(args.out / "mask.png", optimize=True)
    (args.out / "prompt.txt").write_text(PROMPT + "\n")


if __name__ == "__main__":
    main()
