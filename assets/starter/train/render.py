"""Composes the captioned training pictures from the sprites.

    python render.py --work DIR --count 12000

A picture is a background with one to three subjects of one style; its caption
says only what is true of the picture. Result: DIR/pictures.npy (uint8, N x 256
x 256 x 3) and DIR/captions.json. `--first-seed` gives other pictures.

The three kinds of picture, and why each is there:
  large  one subject that fills the picture: teaches the subjects
  small  one subject of any size, anywhere: a mask can be anywhere
  scene  two or three subjects side by side: "a cat and a tree in a meadow"
"""

import argparse
import json
import math
import multiprocessing
import random
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from data import STYLES, read_names

SIZE = 256

# How a style is called in a caption. The two Fluent renderings are the same
# drawings, shaded; they share one tag.
STYLE_TAG = {"fluent3d": "3d", "fluent": "3d", "flat": "flat", "noto": "noto", "twemoji": "twemoji"}
STYLE_PHRASE = {"3d": "a 3d render of {}", "flat": "a flat drawing of {}",
                "noto": "a noto emoji of {}", "twemoji": "a twemoji of {}"}
# Captions without a style belong mostly to one family of drawings, so that a
# plain "a cat" has one clear meaning and not the average of four.
TAGGED = {"fluent3d": 0.35, "fluent": 0.35, "flat": 0.8, "noto": 0.85, "twemoji": 0.9}

COLOURS = {
    "white": (255, 255, 255), "black": (24, 24, 28), "grey": (150, 152, 158), "red": (214, 48, 49),
    "orange": (247, 148, 52), "yellow": (253, 216, 82), "green": (76, 175, 80), "blue": (52, 108, 214),
    "light blue": (150, 206, 245), "purple": (132, 84, 190), "pink": (247, 160, 190),
    "brown": (130, 90, 64), "beige": (240, 226, 200), "teal": (38, 160, 156),
}
# Named without an article; the rest get "a" or "an".
PLAIN = {"grapes", "cherries", "french fries", "fries", "books", "corn", "broccoli", "cheese", "bread", "fire"}
PLACES = {
    "meadow": ["in a meadow", "on the grass", "on green grass under a blue sky"],
    "beach": ["on the beach", "on the sand by the sea"],
    "snow": ["in the snow", "on snow"],
    "desert": ["in the desert"],
    "night": ["at night", "under a starry sky"],
    "sunset": ["at sunset"],
    "sea": ["under water", "in the sea"],
    "sky": ["in the sky", "in a blue sky with clouds"],
}


def article(name):
    if name in PLAIN:
        return name
    return ("an " if name[0] in "aeiou" and not name.startswith(("unic", "ufo")) else "a ") + name


# ---------------------------------------------------------------- backgrounds

def shade(colour, factor):
    """Towards black below 1, towards white above."""
    c = np.asarray(colour, np.float32)
    return c * factor if factor <= 1 else c + (255 - c) * (factor - 1)


def gradient(top, bottom, size=SIZE):
    t = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
    rows = np.asarray(top, np.float32) * (1 - t) + np.asarray(bottom, np.float32) * t
    return np.broadcast_to(rows, (size, size, 3)).copy()


def ground(picture, rng, horizon, near, far, waves=6.0):
    """Fills everything below a gently waving horizon with a gradient."""
    h = SIZE
    x = np.arange(h, dtype=np.float32)
    line = horizon * h + sum(
        waves / (k + 1) * np.sin(x * 2 * math.pi * (k + 0.6) * rng.uniform(0.6, 1.2) / h + rng.uniform(0, 6.3))
        for k in range(2))
    y = np.arange(h, dtype=np.float32)[:, None]
    cover = np.clip(y - line[None, :] + 0.5, 0, 1)[..., None]  # one pixel of antialiasing
    t = np.clip((y - horizon * h) / (h - horizon * h), 0, 1)[..., None]
    colour = np.asarray(far, np.float32) * (1 - t) + np.asarray(near, np.float32) * t
    return picture * (1 - cover) + colour * cover


def clouds(picture, rng, count):
    layer = Image.new("L", (SIZE, SIZE), 0)
    draw = ImageDraw.Draw(layer)
    for _ in range(count):
        cx, cy, r = rng.uniform(20, 236), rng.uniform(15, 90), rng.uniform(8, 16)
        for dx, s in ((-1.1, 0.7), (0, 1), (1.1, 0.75)):
            draw.ellipse((cx + dx * r - s * r, cy - s * r, cx + dx * r + s * r, cy + s * r * 0.7), fill=230)
    a = np.asarray(layer.filter(ImageFilter.GaussianBlur(1.5)), np.float32)[..., None] / 255
    return picture * (1 - a) + 255 * a


def place_background(place, rng):
    """(picture, horizon as a fraction of the height or None where things float)"""
    horizon = rng.uniform(0.5, 0.7)
    if place == "meadow":
        p = gradient((110, 185, 245), (205, 232, 250))
        if rng.random() < 0.5:
            p = clouds(p, rng, rng.randint(1, 3))
        if rng.random() < 0.5:
            p = ground(p, rng, horizon - 0.07, (120, 190, 100), (120, 190, 100), 14)
        return ground(p, rng, horizon, (78, 158, 66), (140, 205, 96)), horizon
    if place == "beach":
        p = gradient((120, 195, 248), (215, 238, 250))
        p = ground(p, rng, horizon - 0.14, (60, 150, 205), (90, 180, 225), 0)
        return ground(p, rng, horizon, (236, 206, 146), (248, 226, 176), 4), horizon
    if place == "snow":
        p = gradient((150, 190, 225), (222, 234, 245))
        return ground(p, rng, horizon, (250, 252, 255), (226, 236, 246), 9), horizon
    if place == "desert":
        p = gradient((250, 214, 150), (252, 236, 200))
        return ground(p, rng, horizon, (214, 150, 84), (232, 178, 112), 14), horizon
    if place == "night":
        p = gradient((16, 20, 58), (52, 58, 120))
        for _ in range(rng.randint(15, 35)):
            x, y = rng.randrange(2, SIZE - 3), rng.randrange(2, int(SIZE * horizon))
            p[y:y + 2, x:x + 2] = (250, 245, 215)
        return ground(p, rng, horizon, (22, 34, 48), (34, 52, 66)), horizon
    if place == "sunset":
        p = gradient((120, 80, 160), (255, 170, 90))
        return ground(p, rng, horizon, (60, 44, 66), (96, 60, 76)), horizon
    if place == "sea":
        p = gradient((70, 180, 226), (16, 74, 146))
        return ground(p, rng, rng.uniform(0.82, 0.9), (196, 180, 134), (160, 160, 140), 8), None
    p = gradient((92, 170, 242), (200, 230, 250))
    return clouds(p, rng, rng.randint(2, 5)), None


def background(rng, kind):
    """(picture, what a caption may say of it, horizon)"""
    r = rng.random()
    if r < (0.3 if kind == "large" else 0.15):
        return gradient(COLOURS["white"], COLOURS["white"]), ["on a white background"], None
    if r < (0.8 if kind == "large" else 0.5):
        name = rng.choice(list(COLOURS))
        colour = shade(COLOURS[name], rng.uniform(0.92, 1.12))
        says = [f"on a {name} background", f"on {name}", f"{name} background"]
        says = [s.replace("a orange", "an orange") for s in says]
        form = rng.random()
        if form < 0.5:
            return gradient(colour, colour), says, None
        if form < 0.8:
            return gradient(shade(colour, 1.25), shade(colour, 0.85)), says, None
        other = rng.choice([c for c in COLOURS if c != name])
        return (gradient(colour, shade(COLOURS[other], 1.0)),
                [f"on a {name} and {other} background".replace("a orange", "an orange")], None)
    place = rng.choice(list(PLACES))
    picture, horizon = place_background(place, rng)
    return picture, PLACES[place], horizon


# ---------------------------------------------------------------- composing

@lru_cache(maxsize=None)
def sprite(work, style, slug):
    return Image.open(Path(work) / "sprites" / style / f"{slug}.png").convert("RGBa")


def paste(picture, image, cx, bottom, long_side, mirror, shadow):
    """Lays a sprite on the picture, its bottom at `bottom`, with a soft shadow if it stands."""
    scale = long_side / max(image.size)
    w, h = (max(2, round(s * scale)) for s in image.size)
    x, y = round(cx - w / 2), round(bottom - h)
    if shadow:
        layer = Image.new("L", (SIZE, SIZE), 0)
        ImageDraw.Draw(layer).ellipse((cx - w * 0.42, bottom - h * 0.07, cx + w * 0.42, bottom + h * 0.05), fill=90)
        a = np.asarray(layer.filter(ImageFilter.GaussianBlur(max(1.5, w * 0.03))), np.float32)[..., None] / 255
        picture *= 1 - a
    small = image.resize((w, h), Image.LANCZOS)
    if mirror:
        small = small.transpose(Image.FLIP_LEFT_RIGHT)
    px = np.asarray(small, np.float32)
    # Clip what hangs over the edge.
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, SIZE), min(y + h, SIZE)
    if x1 > x0 and y1 > y0:
        part = px[y0 - y:y1 - y, x0 - x:x1 - x]
        view = picture[y0:y1, x0:x1]
        view *= 1 - part[..., 3:] / 255
        view += part[..., :3]


def compose(rng, work, names, kind, style, first, calm=False, prepare=None, placed=None):
    """One picture (uint8 array), its caption, and the class numbers shown.

    `prepare(slug)` gives a subject's picture in place of its sprite; `placed`
    collects where each went: (slug, centre x, bottom, longer side, mirrored).

    `calm` pictures are easier to learn from in little time: subjects are never
    mirrored, fill the picture alike, and stand on plain colours more often."""
    picture, says, horizon = background(rng, "large" if calm and kind == "scene" else kind)
    chosen = [first]
    if kind == "scene":
        chosen += rng.sample([i for i in range(len(names)) if i != first], 1 if rng.random() < 0.75 else 2)
    words, n = [], len(chosen)
    for k, i in enumerate(chosen):
        name, slug, also = names[i]
        word = rng.choice(also) if also and rng.random() < (0.1 if calm else 0.2) else name
        image = prepare(slug) if prepare else sprite(str(work), style, slug)
        if kind == "large":
            side = SIZE * (rng.uniform(0.8, 0.86) if calm else rng.uniform(0.72, 0.94))
            h = side * image.size[1] / max(image.size)
            shift = 0.01 if calm else 0.03
            cx = SIZE / 2 + rng.uniform(-shift, shift) * SIZE
            bottom = SIZE / 2 + h / 2 + rng.uniform(-shift, shift) * SIZE
        elif kind == "small":
            side = SIZE * rng.uniform(0.3, 0.62)
            h = side * image.size[1] / max(image.size)
            cx = rng.uniform(side * 0.5, SIZE - side * 0.5)
            low = max(h, (horizon or 0) * SIZE + 0.06 * SIZE)
            bottom = rng.uniform(min(low, SIZE * 0.96), SIZE * 0.98)
        else:
            side = SIZE * (rng.uniform(0.4, 0.5) if n == 2 else rng.uniform(0.3, 0.36))
            h = side * image.size[1] / max(image.size)
            cx = SIZE * (k + 0.5) / n + rng.uniform(-0.02, 0.02) * SIZE
            bottom = SIZE * rng.uniform(0.72, 0.9) if horizon else SIZE / 2 + h / 2 + rng.uniform(-0.1, 0.1) * SIZE
        mirror = not calm and rng.random() < 0.5
        paste(picture, image, cx, bottom, side, mirror, shadow=horizon is not None)
        if placed is not None:
            placed.append((slug, cx, bottom, side, mirror))
        text = article(word)
        if kind == "small":
            place = "on the left" if cx < SIZE * 0.36 else "on the right" if cx > SIZE * 0.64 else ""
            if rng.random() < 0.5 and side < 0.5 * SIZE:
                text = article("small " + word) if word not in PLAIN else "small " + word
            if place and rng.random() < 0.6:
                text += " " + place
        words.append(text)
    body = words[0] if n == 1 else words[0] + " and " + words[1] if n == 2 else f"{words[0]}, {words[1]} and {words[2]}"
    tag = STYLE_TAG.get(style, style)
    tagged = rng.random() < TAGGED.get(style, 0)  # the judge's styles are never named
    phrase = tagged and rng.random() < 0.3
    if phrase:
        body = STYLE_PHRASE[tag].format(body)
    # White is what a picture without a background has; elsewhere say it mostly.
    if rng.random() < (0.35 if says[0] == "on a white background" else 0.8):
        said = rng.choice(says)
        body += (", " if said.endswith("background") and not said.startswith("on") else " ") + said
    if tagged and not phrase:
        body += f", {tag} style"
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8), body, chosen


# `large` comes first in learning and is most of the set; see train_unet.py.
KINDS = (("large", 0.55), ("small", 0.22), ("scene", 0.23))
CALM_KINDS = (("large", 0.7), ("small", 0.12), ("scene", 0.18))


def plan(index, names_count, styles, kinds):
    """Kind, style and first subject of picture `index`: every pair of subject and style equally often."""
    r, kind = (index * 0.61803398875) % 1.0, None
    for kind, share in kinds:
        if r < share:
            break
        r -= share
    order = random.Random(index // (names_count * len(styles)) + 77)
    pairs = list(range(names_count * len(styles)))
    order.shuffle(pairs)
    pair = pairs[index % len(pairs)]
    return kind, styles[pair % len(styles)], pair // len(styles)


def job(arguments):
    index, work, styles, calm = arguments
    names = read_names()
    kind, style, first = plan(index, len(names), styles, CALM_KINDS if calm else KINDS)
    picture, caption, chosen = compose(random.Random(index), work, names, kind, style, first, calm)
    return index, picture, {"caption": caption, "kind": kind, "style": style, "classes": chosen}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--count", type=int, default=12000)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--out", default="pictures", help="name of the set")
    parser.add_argument("--styles", default=",".join(STYLES))
    parser.add_argument("--calm", action="store_true", help="easier pictures, see compose()")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    styles = args.styles.split(",")
    pictures = np.lib.format.open_memmap(args.work / f"{args.out}.npy", "w+", np.uint8, (args.count, SIZE, SIZE, 3))
    infos = [None] * args.count
    jobs = ((args.first_seed + i, args.work, styles, args.calm) for i in range(args.count))
    with multiprocessing.Pool(args.processes) as pool:
        for index, picture, info in pool.imap_unordered(job, jobs, chunksize=32):
            pictures[index - args.first_seed] = picture
            infos[index - args.first_seed] = info
            if index % 1000 == 0:
                print(index, info["caption"], flush=True)
    pictures.flush()
    (args.work / f"{args.out}.json").write_text(json.dumps(infos))


if __name__ == "__main__":
    main()
