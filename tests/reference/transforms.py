"""What Pillow makes of test pictures, for the tests of `app/src/document/transform`.

Each line of pillow.txt: case, filter, then its numbers, then x, y and the red, green, blue (and alpha) there.
resize   RGBA with premultiplied alpha to another size (width, height), in Pillow's mode F, which rounds nothing
affine   RGB: the six numbers that take new pixels to old ones; only pixels from well inside. Bilinear by
         `Image.transform`; its cubic has a = -1, so the cubic is by the formula of Keys 1981 with a = -0.5
project  the same in perspective, eight numbers

usage: python transforms.py FOLDER    (needs Pillow)
"""

import random
import sys
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 83, 61
FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}


def test_picture(alpha):
    """As `test_picture` in the tests: slopes, edges and, where asked for, alpha that varies."""
    picture = Image.new("RGBa", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            a = 255 if not alpha or (x // 9 + y // 7) % 3 else (x * 5 + y * 3) % 256
            color = ((x * 3 + y) % 256, (x * x // 5 + y * 2) % 256, 230 if (x // 11 + y // 13) % 2 else 20)
            picture.putpixel((x, y), tuple(channel * a // 255 for channel in color) + (a,))
    return picture


def channels(picture):
    result = [Image.new("F", picture.size) for _ in range(4)]
    for y in range(HEIGHT):
        for x in range(WIDTH):
            for channel, value in zip(result, picture.getpixel((x, y))):
                channel.putpixel((x, y), value)
    return result


def keys(x, a=-0.5):
    x = abs(x)
    if x < 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a if x < 2 else 0


def cubic(picture, u, v):
    """At (u, v), where the first pixel's centre is at (0.5, 0.5)."""
    sums = [0.0] * 3
    for y in range(int(v) - 3, int(v) + 4):
        for x in range(int(u) - 3, int(u) + 4):
            weight = keys(u - x - 0.5) * keys(v - y - 0.5)
            sums = [total + weight * channel for total, channel in zip(sums, picture.getpixel((x, y)))]
    return [round(min(255, max(0, total)), 3) for total in sums]


def main(folder):
    rng = random.Random(11)
    lines = []
    picture = test_picture(alpha=True)
    for name, kind in FILTERS.items():
        for width, height in [(31, 22), (200, 61), (83, 7), (120, 100), (5, 3)]:
            result = [channel.resize((width, height), kind) for channel in channels(picture)]
            for _ in range(12):
                x, y = rng.randrange(width), rng.randrange(height)
                lines.append(["resize", name, width, height, x, y, *(round(c.getpixel((x, y)), 3) for c in result)])
    opaque = test_picture(alpha=False).convert("RGBA").convert("RGB")
    maps = {
        "affine": [(0.9, 0.35, 4.0, -0.3, 0.85, 18.0), (0.6, 0.1, 12.3, 0.2, 0.5, 9.1), (0.995, 0.09, 1.5, -0.09, 0.995, 5.2)],
        "project": [(0.8, 0.2, 6.0, 0.05, 0.7, 7.0, 0.001, -0.0005)],
    }
    for case, cases in maps.items():
        for data in cases:
            for name in ("bilinear", "bicubic"):
                kind = Image.AFFINE if case == "affine" else Image.PERSPECTIVE
                result = opaque.transform((WIDTH, HEIGHT), kind, data, FILTERS[name])
                count = 0
                while count < 12:
                    x, y = rng.randrange(WIDTH), rng.randrange(HEIGHT)
                    g, h = data[6:] if case == "project" else (0, 0)
                    w = g * (x + 0.5) + h * (y + 0.5) + 1
                    u = (data[0] * (x + 0.5) + data[1] * (y + 0.5) + data[2]) / w
                    v = (data[3] * (x + 0.5) + data[4] * (y + 0.5) + data[5]) / w
                    if 4 < u < WIDTH - 4 and 4 < v < HEIGHT - 4:
                        colors = cubic(opaque, u, v) if name == "bicubic" else result.getpixel((x, y))
                        lines.append([case, name, *data, x, y, *colors])
                        count += 1
    (folder / "pillow.txt").write_text("".join(" ".join(map(str, line)) + "\n" for line in lines))


main(Path(sys.argv[1]))
