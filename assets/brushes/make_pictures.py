"""Makes the tips and grains of the brushes in this folder; run it here to make them again.

Needs NumPy, SciPy and Pillow. Every picture comes from seeded noise and simple shapes; nothing is taken from anywhere.
Tips: white covers, black does not. Grains: white is a peak, black a valley; they repeat without a seam, and all levels
are about equally frequent, so that a share of the paint covers about that share of the ground.
"""

from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage


def save(values, path):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.round(np.clip(values, 0, 1) * 255).astype(np.uint8), "L").save(path, optimize=True)


def blurred(values, sigma):
    """With edges that wrap around."""
    return ndimage.gaussian_filter(values, sigma, mode="wrap")


def evenly(values):
    """Every level equally frequent."""
    order = values.ravel().argsort().argsort()
    return (order / (values.size - 1)).reshape(values.shape)


def grid(side):
    """x and y from -1 to 1 at the centres of the pixels."""
    at = (np.arange(side) + 0.5) / side * 2 - 1
    return np.meshgrid(at, at)


def smooth(edge0, edge1, x):
    t = np.clip((x - edge0) / (edge1 - edge0), 0, 1)
    return t * t * (3 - 2 * t)


# Grains


def paper(side=512):
    """Drawing paper: soft bumps of a few pixels with finer ones on them."""
    noise = np.random.default_rng(1)
    bumps = sum(weight * evenly(blurred(noise.standard_normal((side, side)), sigma))
                for sigma, weight in [(3.2, 1.0), (1.6, 0.9), (0.8, 0.45)])
    return evenly(bumps)


def rough(side=512):
    """Watercolour paper: larger, rounder hollows."""
    noise = np.random.default_rng(2)
    hollows = evenly(blurred(noise.standard_normal((side, side)), 5.5))
    fine = evenly(blurred(noise.standard_normal((side, side)), 1.8))
    return evenly(hollows + 0.45 * fine)


def canvas(side=512, threads=64):
    """Linen: threads over and under each other, each a little different."""
    noise = np.random.default_rng(3)
    at = (np.arange(side) + 0.5) / side * threads
    x, y = np.meshgrid(at, at)
    wobble = 0.25 * blurred(noise.standard_normal((side, side)), 6) * 6
    x, y = x + wobble, y + np.roll(wobble, side // 3, axis=0)
    over = (np.floor(x) + np.floor(y)) % 2
    hump = lambda t: np.sin(np.pi * (t % 1)) ** 0.8
    warp = hump(x) * (0.55 + 0.45 * np.cos(np.pi * (y % 1 - 0.5)) * over)
    weft = hump(y) * (0.55 + 0.45 * np.cos(np.pi * (x % 1 - 0.5)) * (1 - over))
    fibres = blurred(noise.standard_normal((side, side)), 1.0)
    return evenly(np.maximum(warp, weft) + 0.08 * fibres / fibres.std())


# Tips


def bristles(side=256):
    """A round brush of hairs seen from below."""
    noise = np.random.default_rng(4)
    x, y = grid(side)
    values = np.zeros((side, side))
    for _ in range(230):
        angle, away = noise.uniform(0, 2 * np.pi), 0.9 * np.sqrt(noise.uniform())
        centre = away * np.cos(angle), away * np.sin(angle)
        radius = noise.uniform(0.025, 0.06) * (1.15 - 0.5 * away)
        distance = np.hypot(x - centre[0], y - centre[1]) / radius
        values = np.maximum(values, noise.uniform(0.35, 1) * (1 - smooth(0.5, 1.3, distance)))
    return values


def chalk(side=256):
    """A blunt, crumbling end."""
    noise = np.random.default_rng(5)
    x, y = grid(side)
    angle = np.arctan2(y, x)
    rim = 0.86 + sum(0.05 / k * np.sin(k * angle + noise.uniform(0, 6.3)) for k in (2, 3, 5, 8))
    body = 1 - smooth(-0.12, 0.1, np.hypot(x, y) - rim)
    crumbs = evenly(ndimage.gaussian_filter(noise.standard_normal((side, side)), 4))
    holes = smooth(0.18, 0.5, crumbs + 0.35 * (1 - np.hypot(x, y)))
    return body * (0.25 + 0.75 * holes)


def leaf(side=256):
    """A pointed leaf with a midrib, its tip to the right."""
    x, y = grid(side)
    along = np.clip((x + 0.95) / 1.9, 0, 1)
    half = 0.46 * np.sin(np.pi * along ** 0.8) ** 0.9
    body = smooth(-0.02, 0.02, half - np.abs(y - 0.08 * np.sin(np.pi * along)))
    rib = 1 - smooth(0.006, 0.03, np.abs(y - 0.08 * np.sin(np.pi * along)) + 0.02 * along)
    veins = 1 - smooth(0.0, 0.16, np.abs((np.abs(y) * 0.9 - x * 0.75) * 9 % 1 - 0.5))
    return body * (1 - 0.75 * rib) * (1 - 0.22 * veins)


def spatter(side=256):
    """Drops of all sizes thrown onto a disc."""
    noise = np.random.default_rng(6)
    x, y = grid(side)
    values = np.zeros((side, side))
    for _ in range(75):
        angle, away = noise.uniform(0, 2 * np.pi), 0.88 * noise.uniform() ** 0.7
        radius = 0.012 + 0.075 * noise.uniform() ** 4 * (1.2 - away)
        distance = np.hypot(x - away * np.cos(angle), y - away * np.sin(angle))
        values = np.maximum(values, 1 - smooth(radius - 0.008, radius + 0.012, distance))
    return values


def flat(side=256):
    """A flat brush's edge: hairs side by side."""
    noise = np.random.default_rng(7)
    x, y = grid(side)
    hairs = ndimage.gaussian_filter1d(noise.standard_normal(side), 1.6)
    hairs = 0.35 + 0.65 * evenly(hairs)
    ends = 0.95 - 0.06 * np.abs(ndimage.gaussian_filter1d(noise.standard_normal(side), 3)) * 5
    body = (1 - smooth(0.16, 0.3, np.abs(y))) * (1 - smooth(-0.03, 0.03, np.abs(x) - ends))
    return body * hairs[None, :]


def main():
    here = Path(__file__).parent
    for make in (paper, rough, canvas):
        save(make(), here / "grains" / f"{make.__name__}.png")
    for make in (bristles, chalk, leaf, spatter, flat):
        save(make(), here / "tips" / f"{make.__name__}.png")


if __name__ == "__main__":
    main()
