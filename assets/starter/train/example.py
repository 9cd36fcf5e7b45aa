"""Draws the examples of the first start: a scene, a mask in its empty part, and a prompt;
and a sketch with its prompt.

    python example.py --work DIR --out ../../example
"""

import argparse
import random
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

import render
import sketches

# (slug, centre x, bottom, longer side) of what already stands in the meadow
STANDING = [("deciduous-tree", 32, 172, 84), ("tulip", 234, 236, 36), ("tulip", 214, 246, 30), ("sun", 222, 48, 38)]
MASK = (134, 150, 76)  # centre x, centre y, radius
PROMPT = "a mushroom in a meadow"
SKETCH = ("cactus", 100, 232, 176)  # slug, centre x, bottom, longer side
SKETCH_PROMPT = "a cactus on a blue background"


def sketch(work):
    """The flat drawing's outlines in an unsteady hand, white on black."""
    slug, x, bottom, side = SKETCH
    lines = sketches.strokes(str(work), slug)
    scale = side / max(lines.shape)
    h, w = (round(s * scale) for s in lines.shape)
    paper = np.zeros((render.SIZE, render.SIZE), np.uint8)
    paper[bottom - h:bottom, x - w // 2:x - w // 2 + w] = cv2.resize(lines, (w, h), interpolation=cv2.INTER_AREA)
    hand = np.random.default_rng(5)
    paper = sketches.wobbled(np.where(paper > 70, np.uint8(255), np.uint8(0)), hand, 1.5)
    return cv2.GaussianBlur(cv2.dilate(paper, sketches.disc(3)), (0, 0), 0.6)


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
    Image.fromarray(sketch(args.work)).save(args.out / "sketch.png", optimize=True)
    (args.out / "sketch-prompt.txt").write_text(SKETCH_PROMPT + "\n")


if __name__ == "__main__":
    main()
