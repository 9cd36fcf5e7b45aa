"""Composes the pictures that teach the ControlNet, with what their drawings are made from.

    python render_control.py --work DIR --shards 8

A shard DIR/control/NNN.npz holds 1,024 pictures (uint8), which subject is at
each pixel, the flat set's stroked outlines, captions, and what the shipped
networks make of them: latents (scaled) and text states. train_controlnet.py
takes up shards as they appear.

Every subject is bent a little, leant, made broader or narrower, mirrored and
put anywhere, so that the lines have to be looked at: what a fish looks like the
UNet knows by itself.
"""

import argparse
import random
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

import render
from controlnet import STARTER, shipped
from data import read_names
from sketches import strokes
from tokenizer import Tokenizer

SHARD = 1024
STYLES = ["fluent3d", "flat"]
# More small subjects and scenes than the UNet learnt from: place is what lines decide.
KINDS = (("large", 0.5), ("small", 0.28), ("scene", 0.22))


def bent(layers, rng):
    """One and the same smooth distortion of pictures of one size (f32, h x w x c)."""
    h, w = layers[0].shape[:2]
    pad = 48
    stretch = np.exp(rng.normal(0, 0.16))
    lean, turn = rng.normal(0, 0.08), np.radians(rng.normal(0, 7))
    c, s = np.cos(turn), np.sin(turn)
    matrix = np.array([[c, -s], [s, c]]) @ np.array([[1, lean], [0, 1]]) @ np.diag([stretch ** 0.5, stretch ** -0.5])
    inverse = np.linalg.inv(matrix)
    size = np.array([w, h], np.float64)
    out = np.ceil(np.abs(matrix) @ size).astype(int) + 2 * pad
    y, x = np.mgrid[:out[1], :out[0]].astype(np.float32)
    x, y = x - out[0] / 2, y - out[1] / 2
    amount = abs(rng.normal(0, 0.022)) * max(h, w)
    cells = int(rng.integers(3, 6))
    for axis in (x, y):
        noise = rng.normal(0, amount, (cells, cells)).astype(np.float32)
        axis += cv2.resize(noise, (int(out[0]), int(out[1])), interpolation=cv2.INTER_CUBIC)
    u = (inverse[0, 0] * x + inverse[0, 1] * y + w / 2).astype(np.float32)
    v = (inverse[1, 0] * x + inverse[1, 1] * y + h / 2).astype(np.float32)
    return [cv2.remap(layer, u, v, cv2.INTER_LINEAR) for layer in layers]


def compose(index, work, names):
    """(picture, subject numbers, stroked outlines, caption, what was placed where) of picture `index`."""
    kind, style, first = render.plan(index, len(names), STYLES, KINDS)
    rng, hand = random.Random(5_000_000 + index), np.random.default_rng(index)
    calm, lines, solid = rng.random() < 0.4, {}, {}

    def prepare(slug):
        image = np.asarray(render.sprite(str(work), style, slug))  # premultiplied
        stroked = strokes(str(work), slug) if style == "flat" else np.zeros(image.shape[:2], np.uint8)
        if stroked.shape != image.shape[:2]:
            stroked = cv2.resize(stroked, image.shape[1::-1])
        if hand.random() < 0.8:
            image, stroked = bent([image, stroked], hand)
        x, y, w, h = cv2.boundingRect((image[..., 3] > 8).astype(np.uint8))
        image, stroked = image[y:y + h, x:x + w], stroked[y:y + h, x:x + w]
        lines[slug], solid[slug] = stroked, image[..., 3]
        return Image.fromarray(image, "RGBa")

    placed = []
    picture, caption, _ = render.compose(rng, work, names, kind, style, first, calm, prepare, placed)
    subjects, stroked = (np.zeros((render.SIZE, render.SIZE), np.uint8) for _ in range(2))
    for n, (slug, cx, bottom, side, mirror) in enumerate(placed, 1):
        # As render.paste() puts them.
        scale = side / max(solid[slug].shape)
        h, w = (max(2, round(s * scale)) for s in solid[slug].shape)
        x, y = round(cx - w / 2), round(bottom - h)
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, render.SIZE), min(y + h, render.SIZE)
        if x1 <= x0 or y1 <= y0:
            continue
        part = []
        for layer in (solid[slug], lines[slug]):
            small = cv2.resize(layer, (w, h), interpolation=cv2.INTER_AREA)
            part.append((small[:, ::-1] if mirror else small)[y0 - y:y1 - y, x0 - x:x1 - x])
        covered = part[0] > 127
        subjects[y0:y1, x0:x1][covered] = n
        view = stroked[y0:y1, x0:x1]
        view[covered] = 0
        np.maximum(view, part[1], out=view)
    return picture, subjects, stroked, caption, placed


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=SHARD, help="pictures in a shard")
    args = parser.parse_args()
    vae, factor, text, _ = shipped()
    vae.to(memory_format=torch.channels_last)
    tokenizer, names = Tokenizer(STARTER / "tokenizer"), read_names()
    folder = args.work / "control"
    folder.mkdir(exist_ok=True)
    for shard in range(args.first, args.first + args.shards):
        target = folder / f"{shard:03}.npz"
        if target.exists():
            continue
        rows = [compose(shard * SHARD + n, args.work, names) for n in range(args.count)]
        pictures, subjects, stroked = (np.stack([r[k] for r in rows]) for k in range(3))
        captions = [r[3] for r in rows]
        print(f"{target.name}: composed", flush=True)
        latents, states = [], []
        for i in range(0, len(rows), 16):
            x = torch.from_numpy(pictures[i:i + 16]).permute(0, 3, 1, 2).float() / 127.5 - 1
            latents.append((vae.encode(x)[0] * factor).numpy().astype(np.float16))
            states.append(text(torch.tensor([tokenizer(c) for c in captions[i:i + 16]])).numpy().astype(np.float16))
        part = target.with_suffix(".part")
        with open(part, "wb") as file:
            np.savez(file, pictures=pictures, subjects=subjects, strokes=stroked, captions=np.array(captions),
                     latents=np.concatenate(latents), states=np.concatenate(states))
        part.replace(target)
        print(f"{target.name}: {captions[0]!r}", flush=True)


if __name__ == "__main__":
    main()
