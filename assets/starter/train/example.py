"""Draws the example of the first start: a scene, a mask in its empty part, and a prompt.

    python example.py --work DIR --out ../../example
"""

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

import render

SIDE = 512
# (slug, centre x, bottom, longer side) of what already stands in the meadow
STANDING = [("deciduous-tree", 100, 372, 215), ("house", 395, 352, 150), ("tulip", 470, 470, 72),
            ("tulip", 428, 492, 60), ("sun", 300, 120, 84)]
MASK = (258, 420, 80)  # centre x, centre y, radius
PROMPT = "a rabbit in a meadow"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    half, _ = render.place_background("meadow", random.Random(11))
    small = Image.fromarray(np.clip(half + 0.5, 0, 255).astype(np.uint8))
    picture = np.asarray(small.resize((SIDE, SIDE), Image.BICUBIC), np.float32).copy()
    render.SIZE = SIDE
    for slug, x, bottom, side in STANDING:
        render.paste(picture, render.sprite(str(args.work), "fluent3d", slug), x, bottom, side,
                     mirror=False, shadow=slug != "sun")
    Image.fromarray(np.clip(picture + 0.5, 0, 255).astype(np.uint8)).save(args.out / "scene.png", optimize=True)
    mask = Image.new("L", (SIDE, SIDE), 0)
    x, y, r = MASK
    ImageDraw.Draw(mask).ellipse((x - r, y - r, x + r, y + r), fill=255)
    mask.filter(ImageFilter.GaussianBlur(6)).save(args.out / "mask.png", optimize=True)
    (args.out / "prompt.txt").write_text(PROMPT + "\n")


if __name__ == "__main__":
    main()
