"""Writes ../golden/hints: what OpenCV, Pillow and NumPy make of small pictures, for engine/src/hints.

    python hints.py ../golden

Photographs come with scikit-image's wheel: astronaut (NASA, public domain), coffee (Rachel Michetti, CC0), chelsea (Stefan
van der Walt, CC0), rocket (SpaceX, public domain), camera (Lav Varshney, CC0), brick (Poliigon, CC0); 72 x 64 pixels of each
as NAME.png. The other pictures are made by integer formulas that the test repeats.

hints.json: `canny`: SHA-256 of cv2.Canny's bytes by picture and "low high"; `gray`: of cv2.cvtColor's; `otsu`: the level that
cv2.threshold finds. NAME-WHAT.png: a hint, by the code below.
"""

import hashlib
import json
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage import data

WIDTH, HEIGHT = 72, 64
BEYOND = 40
folder = Path(sys.argv[1]) / "hints"
folder.mkdir(parents=True, exist_ok=True)
cv2.setNumThreads(1)


def photograph(name):
    photo = Image.fromarray(getattr(data, name)()).convert("RGB")
    scale = 140 / photo.height
    photo = photo.resize((round(photo.width * scale), 140), Image.LANCZOS)
    left, top = (photo.width - WIDTH) // 2, 30
    return np.asarray(photo.crop((left, top, left + WIDTH, top + HEIGHT)))


def formula(width, height, of_pixel):
    y, x = np.mgrid[:height, :width].astype(np.int64)
    return np.stack([of_pixel(x, y, channel) for channel in range(3)], axis=2).astype(np.uint8)


PHOTOGRAPHS = ("astronaut", "coffee", "chelsea", "rocket", "camera", "brick")
PICTURES = {name: photograph(name) for name in PHOTOGRAPHS} | {
    "steps": formula(61, 47, lambda x, y, c: (37 * x + 91 * y + 17 * c) % 256),
    "discs": formula(90, 70, lambda x, y, c: np.where((x - 40) ** 2 + (y - 30) ** 2 < 600 + 90 * c, 200, 40)),
    "noise": formula(64, 33, lambda x, y, c: (((x * 7919 + y * 104729 + c * 31) % 65537) ** 2 % 65537) // 257),
    "ramp": formula(50, 50, lambda x, y, c: (x * y) // 10),
    "row": formula(40, 1, lambda x, y, c: (x * x * 11) % 251),
    "column": formula(1, 40, lambda x, y, c: (y * y * 11) % 251),
}
LEVELS = ((100, 200), (50, 150), (0, 0), (200, 100), (33.7, 90.2))


def gray(picture):
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


def sha256(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def canny(picture, low, high):
    found = []
    for use in (True, False):
        cv2.ipp.setUseIPP(use)
        found.append(cv2.Canny(gray(picture), low, high, apertureSize=3, L2gradient=False))
    assert (found[0] == found[1]).all(), "OpenCV's own ways differ"
    return found[1]


def save(array, name):
    Image.fromarray(np.ascontiguousarray(array)).save(folder / f"{name}.png", optimize=True)


def at(plane, x, y):
    """Linear interpolation; beyond the plane, its edge."""
    height, width = plane.shape
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    u, v = x - left, y - top
    right, below = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    upper = plane[top, left] * (1 - u) + plane[top, right] * u
    return upper * (1 - v) + (plane[below, left] * (1 - u) + plane[below, right] * u) * v


def sobel(plane, dx, dy):
    return cv2.Sobel(plane, cv2.CV_64F, dx, dy, ksize=3)


def blurred(plane, deviation):
    length = round(deviation * 8 + 1) | 1
    return cv2.GaussianBlur(plane, (length, length), deviation)


def tensor(planes):
    gradients = [(sobel(plane, 1, 0), sobel(plane, 0, 1)) for plane in planes]
    return [sum(a * b for a, b in products) for products in (
        [(x, x) for x, _ in gradients], [(x, y) for x, y in gradients], [(y, y) for _, y in gradients])]


def eigenvectors(xx, xy, yy):
    """The greater eigenvalue, and the unit vectors of most and of least change."""
    most = (xx + yy + np.sqrt((xx - yy) ** 2 + 4 * xy**2)) / 2
    first = xx >= yy
    along = np.stack([np.where(first, most - yy, xy), np.where(first, xy, most - xx)])
    length = np.sqrt((along**2).sum(0))
    along = along / np.maximum(length, 1e-300)
    across = np.stack([-along[1], along[0]])
    return most, along, np.where(length > 1e-30, across, np.array([0.0, 1.0])[:, None, None])


def xdog(picture, width=1.2, sharpness=20, threshold=0.12, softness=0.3, flow=4.0, ink=0.0):
    # Beyond the first and the last row the picture is mirrored; beyond the columns, their edge goes on.
    luma = np.pad(gray(picture).astype(float) / 255, ((BEYOND, BEYOND), (0, 0)), "reflect")
    rows, columns = np.mgrid[: luma.shape[0], : luma.shape[1]].astype(float)

    def stroke(narrow, wide):
        return sharpness * (wide - narrow) + ink * (1 - narrow)

    if flow == 0:
        strokes = stroke(blurred(luma, width), blurred(luma, 1.6 * width))
    else:
        *_, along = eigenvectors(*(blurred(part, 2.5) for part in tensor([luma])))
        sums = []
        for deviation in (width, 1.6 * width):
            length = round(deviation * 8 + 1) | 1
            kernel = cv2.getGaussianKernel(length, deviation)[:, 0]
            steps = np.arange(length) - length // 2
            sums.append(sum(w * at(luma, columns - along[1] * s, rows + along[0] * s) for w, s in zip(kernel, steps)))
        across = stroke(*sums)
        weights = np.exp(-0.5 * (np.arange(1, int(np.ceil(2 * flow)) + 1) / flow) ** 2)
        strokes = across.copy()
        for sign in (1, -1):
            x, y, direction = columns, rows, sign * along
            for weight in weights:
                x, y = x + direction[0], y + direction[1]
                strokes += weight * at(across, x, y)
                column = np.clip(np.floor(x + 0.5), 0, luma.shape[1] - 1).astype(int)
                row = np.clip(np.floor(y + 0.5), 0, luma.shape[0] - 1).astype(int)
                following = along[:, row, column]
                direction = following * np.where((following * direction).sum(0) < 0, -1, 1)
        strokes /= 1 + 2 * weights.sum()
    lines = np.round(255 * np.tanh(np.maximum(strokes - threshold, 0) / softness)).astype(np.uint8)
    return lines[BEYOND:-BEYOND]


def scribble(picture, detail=3.0, threshold=0.4, shortest=25, width=7):
    planes = [blurred(picture[..., channel].astype(float), detail) for channel in range(3)]
    most, along, _ = eigenvectors(*tensor(planes))
    strength = np.sqrt(most) / 8
    rows, columns = np.mgrid[: strength.shape[0], : strength.shape[1]].astype(float)
    ridge = strength > at(strength, columns + along[0], rows + along[1])
    ridge &= strength >= at(strength, columns - along[0], rows - along[1])
    begins = max(threshold * np.quantile(strength, 0.99), 1)
    count, labels, sizes, _ = cv2.connectedComponentsWithStats((ridge & (strength > 0.4 * begins)).astype(np.uint8))
    kept = np.zeros(count, bool)
    kept[np.unique(labels[ridge & (strength > begins)])] = True
    kept &= sizes[:, cv2.CC_STAT_AREA] >= shortest
    kept[0] = False
    distance = cv2.distanceTransform((~kept[labels]).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.where(distance < width / 2, 255, 0).astype(np.uint8)


def normals(depth, relief, background, smoothness, old_colors):
    """ControlNet's `annotator/midas` with depth in shorter sides of the picture, and steps between levels smoothed."""
    depth = depth.astype(float) / 255
    smooth = np.clip(blurred(depth, smoothness), depth - 0.5 / 255, depth + 0.5 / 255)
    x, y = sobel(smooth, 1, 0), sobel(smooth, 0, 1)
    z = np.full_like(x, 8 / (relief * min(depth.shape)))
    x[depth < background], y[depth < background] = 0, 0
    normal = np.stack([x, y, z], axis=2)
    normal /= np.sqrt((normal**2).sum(2, keepdims=True))
    colors = np.round(normal * 127.5 + 127.5).astype(np.uint8)
    return colors[..., ::-1] if old_colors else colors


for name in PHOTOGRAPHS:
    save(PICTURES[name], name)
chelsea, coffee = PICTURES["chelsea"], PICTURES["coffee"]
save(cv2.GaussianBlur(coffee, (0, 0), 2.5), "coffee-blur")
save(xdog(coffee, flow=0, ink=0.3), "coffee-line-art-round")
save(xdog(coffee), "coffee-line-art")
save(scribble(coffee, detail=1.5, width=4, shortest=8), "coffee-scribble")
save(normals(gray(coffee), 0.5, 0.25, 1.5, False), "coffee-normal")
save(normals(gray(coffee), 0.5, 0.0, 1.5, True), "coffee-normal-old")
small = Image.fromarray(coffee).resize((WIDTH // 8, HEIGHT // 8), Image.BICUBIC)
save(np.asarray(small.resize((WIDTH, HEIGHT), Image.NEAREST)), "coffee-colors")
small = Image.fromarray(coffee).resize((WIDTH // 3, HEIGHT // 3), Image.BILINEAR)
save(np.asarray(small.resize((WIDTH, HEIGHT), Image.BICUBIC)), "coffee-tile")
values = {
    "canny": {name: {f"{low} {high}": sha256(canny(picture, low, high)) for low, high in LEVELS} for name, picture in PICTURES.items()},
    "gray": {name: sha256(gray(picture)) for name, picture in PICTURES.items()},
    "otsu": {name: cv2.threshold(gray(PICTURES[name]), 0, 255, cv2.THRESH_OTSU)[0] for name in PHOTOGRAPHS},
}
(folder / "hints.json").write_text(json.dumps(values, indent=1) + "\n")
