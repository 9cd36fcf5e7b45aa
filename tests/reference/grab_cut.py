"""Writes ../golden/grab_cut: OpenCV's grabCut on photographs that come with scikit-image.

    python grab_cut.py ../golden

astronaut (NASA, public domain) and coffee (Rachel Michetti, CC0), 192 x 192 pixels. NAME.png is the photograph, NAME-marks.png
what was said of each pixel (0 background, 255 subject, 85 perhaps background, 170 perhaps subject), NAME-subject.png what
cv2.grabCut made of it in 5 rounds. OpenCV begins its clusters of colours at random: of the seeds 1 to 8, some take the saucer
for a part of the cup and some do not (their overlap is 0.79). Ours begins the same
way each time, and finds the cup alone; so does seed 3.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage import data

SIDE = 192
folder = Path(sys.argv[1]) / "grab_cut"
folder.mkdir(parents=True, exist_ok=True)
# In shares of the side: the rectangle the subject is in (left, top, right, bottom), and strokes on subject and background.
CASES = {
    "astronaut": dict(
        box=(0.12, 0.02, 0.78, 0.99),
        subject=[(0.42, 0.12, 0.46, 0.35), (0.3, 0.6, 0.55, 0.9)],
        background=[(0.02, 0.05, 0.06, 0.4), (0.9, 0.1, 0.95, 0.9)],
        seed=1,
    ),
    "coffee": dict(
        box=(0.1, 0.1, 0.95, 0.95),
        subject=[(0.45, 0.35, 0.6, 0.5)],
        background=[(0.01, 0.02, 0.3, 0.06), (0.02, 0.9, 0.2, 0.98)],
        seed=3,
    ),
}


def cut(array, box, value):
    left, top, right, bottom = (round(share * SIDE) for share in box)
    array[top:bottom, left:right] = value


for name, case in CASES.items():
    photo = Image.fromarray(getattr(data, name)())
    side = min(photo.size)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    photo = photo.crop((left, top, left + side, top + side)).resize((SIDE, SIDE), Image.LANCZOS)
    pixels = np.asarray(photo)
    marks = np.full((SIDE, SIDE), cv2.GC_BGD, np.uint8)
    cut(marks, case["box"], cv2.GC_PR_FGD)
    for box in case["subject"]:
        cut(marks, box, cv2.GC_FGD)
    for box in case["background"]:
        cut(marks, box, cv2.GC_BGD)
    levels = np.array([0, 255, 85, 170], np.uint8)
    Image.fromarray(levels[marks]).save(folder / f"{name}-marks.png", optimize=True)
    cv2.setRNGSeed(case["seed"])
    found = marks.copy()
    cv2.grabCut(np.ascontiguousarray(pixels[..., ::-1]), found, None, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK)
    subject = np.isin(found, (cv2.GC_FGD, cv2.GC_PR_FGD))
    photo.save(folder / f"{name}.png", optimize=True)
    Image.fromarray(np.where(subject, 255, 0).astype(np.uint8)).save(folder / f"{name}-subject.png", optimize=True)
    print(name, f"{subject.mean():.3f} of the picture")
