"""What SciPy, scikit-image and OpenCV make of a test selection, for app/src/document/selection/against_scipy.rs.

usage: python selections.py GOLDEN_FOLDER
needs: numpy, scipy, scikit-image, opencv-python-headless
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
from scipy import ndimage
from skimage.morphology import reconstruction
from skimage.segmentation import flood

WIDTH, HEIGHT = 600, 560
FULL = 65535


def hashed(x, y):
    """Noise that Rust computes alike: 32-bit integers throughout."""
    x, y = x.astype(np.uint64), y.astype(np.uint64)
    h = (x * 2654435761 + y * 40503) % 2**32
    h = (h ^ (h >> 15)) * 2246822519 % 2**32
    return h ^ (h >> 13)


def base():
    """Rings, scattered holes and specks, and soft values at the right."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.int64)
    d = (x - 300) ** 2 * 2 + (y - 250) ** 2 * 3
    selected = d % 60000 < 30000
    selected ^= hashed(x, y) % 1009 == 0
    grid = np.where(selected, FULL, 0)
    soft = (x * 331 + y * 127) % 65536
    return np.where((x >= 480) & (y < 300), soft, grid).astype(np.uint16)


def picture():
    """RGB in 16 bits with flat areas, slopes and noise."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.int64)
    noise = (hashed(x, y) % 3000).astype(np.int64)
    area = ((x // 90 + y // 70) % 5) * 9000
    return np.stack([area + noise + 10 * x, area + 20 * y + noise // 2, area + noise // 3], axis=-1).astype(np.uint16)


def spots(count=400):
    """Places all over the canvas, thick along the borders of tiles."""
    rng = np.random.default_rng(3)
    xs = rng.integers(0, WIDTH, count)
    ys = rng.integers(0, HEIGHT, count)
    xs[: count // 4] = rng.integers(252, 260, count // 4)
    ys[count // 4 : count // 2] = rng.integers(508, 516, count // 4)
    return xs, ys


def within(distance, radius):
    """Coverage of pixels at a distance from the nearest selected one, after growing by a radius."""
    return np.rint(np.clip(radius + 1 - distance, 0, 1) * FULL)


def difference(image, color):
    return np.abs(image.astype(np.int64) - np.array(color, np.int64)).max(axis=-1)


def similar(image, color, tolerance):
    """GIMP's `pixel_difference` with anti-aliasing (app/core/gimppickable-contiguous-region.cc)."""
    aa = 1.5 - difference(image, color) / tolerance
    return np.where(aa <= 0, 0, np.where(aa < 0.5, aa * 2, 1))


def main(folder):
    xs, ys = spots()
    grid = base()
    hard = np.where(grid >= 32768, FULL, 0).astype(np.uint16)
    at = lambda values: [int(round(float(v))) for v in values[ys, xs]]
    cases = {}
    for sigma in (0.5, 1.7, 15.3, 60.0):
        cases[f"blur {sigma}"] = at(ndimage.gaussian_filter(grid.astype(np.float64), sigma, mode="nearest", truncate=6.0))
    for radius in (1.0, 3.5, 20.0, 300.0):
        cases[f"grow {radius}"] = at(within(ndimage.distance_transform_edt(hard == 0), radius))
        cases[f"shrink {radius}"] = at(FULL - within(ndimage.distance_transform_edt(hard != 0), radius))
    sparse = np.ones_like(hard)
    sparse[500, 17] = sparse[3, 300] = 0
    cases["grow sparse 250.5"] = at(within(ndimage.distance_transform_edt(sparse), 250.5))
    for radius in (2.0, 13.5):
        across = np.arange(-int(radius), int(radius) + 1)
        disc = across[:, None] ** 2 + across[None, :] ** 2 <= radius**2
        cases[f"dilate {radius}"] = at(ndimage.grey_dilation(grid, footprint=disc, mode="constant"))
    seed = grid.copy()
    seed[1:-1, 1:-1] = FULL
    cases["fill holes"] = at(reconstruction(seed, grid, method="erosion", footprint=ndimage.generate_binary_structure(2, 1)))
    filled = ndimage.binary_fill_holes(hard != 0)
    cases["fill holes hard"] = at(filled * FULL)

    image = picture()
    for tolerance in (2500, 9000):
        x, y = 140, 100
        share = similar(image, image[y, x], tolerance)
        labels, _ = ndimage.label(share > 0)
        cases[f"similar {tolerance}"] = at(np.rint(share * FULL))
        cases[f"wand {tolerance}"] = at(np.rint(np.where(labels == labels[y, x], share, 0) * FULL))
        hard_region = difference(image, image[y, x]) <= tolerance
        region = flood(hard_region.astype(np.uint8), (y, x), connectivity=1)
        cases[f"hard wand {tolerance}"] = at(region * FULL)
        again = hard_region.astype(np.uint8)
        cv2.floodFill(again, None, (x, y), 2, flags=4)
        assert np.array_equal(again == 2, region)

    golden = {"x": xs.tolist(), "y": ys.tolist(), "base": at(grid), "cases": cases}
    (Path(folder) / "selections.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main(*sys.argv[1:])
