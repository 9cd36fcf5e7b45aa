"""Drawings: how a picture would be sketched, in as many hands as possible.

    python sketches.py --work DIR --out SHEET.png      look at some

Drawings are white lines on black (uint8, 256 x 256), as ControlNet's scribble
and line-art networks take them. Where lines come from:
  canny      OpenCV's Canny at random thresholds
  xdog       XDoG, thresholded (Winnemoeller 2011), which draws like a pen
  strokes    the outlines of the flat set's shapes, stroked: true line art
  outline    only where a subject ends, and its holes
and what a hand then does to them: redraws them in fewer corners, shakes, goes
astray, leaves gaps, forgets a subject, takes a broad pen.
"""

import argparse
import json
import xml.etree.ElementTree as ET
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

import data

SIDE = 256
SHAPES = {"path", "circle", "ellipse", "rect", "polygon", "polyline", "line"}


# ------------------------------------------------------------ stroked outlines

def stroked_svg(svg, width):
    """The same shapes filled black and stroked white, so that what is hidden stays hidden."""
    root = ET.fromstring(svg)
    for parent in root.iter():
        for child in list(parent):
            tag = child.tag.split("}")[-1]
            if tag == "defs":
                parent.remove(child)
    for element in root.iter():
        for key in ("opacity", "fill-opacity", "filter", "mask", "clip-path", "style"):
            element.attrib.pop(key, None)
        if element.tag.split("}")[-1] in SHAPES:
            element.set("fill", "#000")
            element.set("stroke", "#fff")
            element.set("stroke-width", str(width))
            element.set("stroke-linejoin", "round")
        else:
            element.attrib.pop("fill", None)
            element.attrib.pop("stroke", None)
    return ET.tostring(root, encoding="unicode")


def line_svg(svg):
    """Only what is drawn as a line: OpenMoji's black pen, here white."""
    root = ET.fromstring(svg)

    def keep(parent, stroke):
        for child in list(parent):
            mine = child.get("stroke", stroke)
            if child.tag.split("}")[-1] in SHAPES and mine in (None, "none"):
                parent.remove(child)
                continue
            keep(child, mine)
            if child.get("stroke") not in (None, "none"):
                child.set("stroke", "#fff")
            if child.get("fill") is not None:
                child.set("fill", "none")

    keep(root, None)
    root.set("fill", "none")
    return ET.tostring(root, encoding="unicode")


def raster(svg, size):
    import io
    import resvg_py
    return Image.open(io.BytesIO(resvg_py.svg_to_bytes(svg_string=svg, width=size))).convert("RGBA")


@lru_cache(maxsize=None)
def icons(work, style):
    return json.loads((data.fetch(Path(work), style) / "icons.json").read_text())


@lru_cache(maxsize=None)
def strokes(work, slug):
    """The flat drawing's outlines (uint8), cut and scaled as data.crop() does its picture."""
    kept = Path(work) / "sprites" / "strokes" / f"{slug}.png"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        svg = data.icon_svg(icons(work, "flat"), slug)
        full = raster(svg, 2 * data.SPRITE)
        box = full.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
        lines = raster(stroked_svg(svg, 0.3), 2 * data.SPRITE)
        lines = Image.composite(lines.convert("L"), Image.new("L", lines.size), lines.getchannel("A")).crop(box)
        scale = data.SPRITE / max(lines.size)
        part = kept.with_suffix(f".{np.random.randint(1 << 30)}.png")
        lines.resize([max(1, round(s * scale)) for s in lines.size], Image.LANCZOS).save(part)
        part.replace(kept)
    return np.asarray(Image.open(kept))


# ------------------------------------------------------------ lines of a picture

def disc(diameter):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))


def canny(picture, rng):
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if rng.random() < 0.6:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.5, 1.8))
    low = float(np.exp(rng.uniform(np.log(20), np.log(110))))
    return cv2.Canny(grey, low, low * rng.uniform(1.6, 3))


def xdog(picture, rng):
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    sigma, p = rng.uniform(0.7, 1.6), rng.uniform(12, 24)
    sharp = (1 + p) * cv2.GaussianBlur(grey, (0, 0), sigma) - p * cv2.GaussianBlur(grey, (0, 0), 1.6 * sigma)
    # Only what is darker than its surroundings, measured against them and not against white.
    dark = sharp < cv2.GaussianBlur(grey, (0, 0), 4 * sigma) - rng.uniform(0.12, 0.3)
    return dark.astype(np.uint8) * 255


def outline(subjects):
    """Where each subject ends; `subjects` numbers them from 1."""
    lines = np.zeros_like(subjects)
    for n in range(1, int(subjects.max()) + 1):
        contours, _ = cv2.findContours((subjects == n).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(lines, contours, -1, 255, 1)
    return lines


# ------------------------------------------------------------ what a hand does

def redrawn(lines, rng):
    """Traced and drawn again with fewer corners, straight or rounded."""
    contours, _ = cv2.findContours((lines > 100).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    paper = np.zeros_like(lines)
    loose, shaky = rng.uniform(0.6, 3.0), rng.uniform(0, 1.2)
    for c in contours:
        if len(c) < 10:
            continue
        c = cv2.approxPolyDP(c, loose, True).astype(np.float64)
        c += rng.normal(0, shaky, c.shape)
        cv2.polylines(paper, [np.round(c * 8).astype(np.int32)], True, 255, 1, cv2.LINE_AA, 3)
    return paper


def field(rng, cells):
    """Smooth noise, deviation 1, one value a pixel."""
    return cv2.resize(rng.normal(0, 1, (cells, cells)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)


def wobbled(lines, rng, amount):
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    cells = int(rng.integers(4, 22))
    return cv2.remap(lines, x + amount * field(rng, cells), y + amount * field(rng, cells), cv2.INTER_LINEAR)


def with_gaps(lines, rng):
    return lines * (field(rng, int(rng.integers(8, 30))) > rng.uniform(-1.6, -0.6)).astype(np.uint8)


def sketch(picture, subjects, stroked, rng, empty=0.04):
    """A drawing of `picture` (256 x 256 x 3). `subjects` numbers the subject at each
    pixel (0: background), `stroked` holds their outlines if they are of the flat set."""
    if rng.random() < empty:
        return np.zeros((SIDE, SIDE), np.uint8)
    r = rng.random()
    if stroked.any() and r < 0.5:
        lines = np.where(stroked > 70, np.uint8(255), np.uint8(0))
        if rng.random() < 0.3:
            lines |= outline(subjects)
    elif r < 0.7:
        lines = outline(subjects)
        if rng.random() < 0.5:
            lines |= canny(picture, rng) * (subjects > 0)
    elif r < 0.9:
        lines = canny(picture, rng)
        if rng.random() < 0.5:  # the subjects alone, without the land behind them
            lines *= cv2.dilate((subjects > 0).astype(np.uint8), disc(7))
    else:
        lines = xdog(picture, rng)
    if subjects.max() > 1 and rng.random() < 0.1:  # one is left to the words
        gone = subjects == rng.integers(1, subjects.max() + 1)
        lines = lines * (1 - cv2.dilate(gone.astype(np.uint8), disc(5)))
    if rng.random() < 0.4:
        lines = redrawn(lines, rng)
    pen = int(rng.choice([1, 1, 2, 2, 3, 3, 4, 5, 6]))
    if pen > 1:
        lines = cv2.dilate(lines, disc(pen))
    if rng.random() < 0.5:
        lines = wobbled(lines, rng, rng.uniform(0.3, 2.2))
    if rng.random() < 0.25:
        lines = with_gaps(lines, rng)
    if rng.random() < 0.6:
        soft = cv2.GaussianBlur(lines, (0, 0), rng.uniform(0.4, 0.9)).astype(np.float32)
        lines = np.clip(soft * rng.uniform(1.0, 1.6), 0, 255).astype(np.uint8)
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    shard = np.load(sorted((args.work / "control").glob("*.npz"))[0])
    rng, rows = np.random.default_rng(0), []
    for n in range(12):
        picture, subjects, stroked = (shard[k][n] for k in ("pictures", "subjects", "strokes"))
        drawn = [np.repeat(sketch(picture, subjects, stroked, rng)[..., None], 3, 2) for _ in range(5)]
        rows.append(np.concatenate([picture, *drawn], 1))
    sheet = np.concatenate([np.concatenate(rows[:6], 0), np.concatenate(rows[6:], 0)], 1)
    Image.fromarray(sheet).resize((sheet.shape[1] // 2, sheet.shape[0] // 2), Image.BOX).save(args.out)


if __name__ == "__main__":
    main()
