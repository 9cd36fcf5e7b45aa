"""Writes ../golden/open_pose: people as controlnet_aux draws them.

    pip download --no-deps controlnet_aux==0.0.10 && unzip controlnet_aux-0.0.10-py3-none-any.whl
    python open_pose.py ../golden controlnet_aux/open_pose/util.py

person.json is one person with hands and a face (OpenPose's JSON as the ControlNet extension writes it), person.png what
draw_bodypose, draw_handpose and draw_facepose make of it at 512 x 512, one after the other as `draw_poses` does.
"""

import importlib.util
import json
import math
import sys
import types
from collections import namedtuple
from pathlib import Path

import cv2
import numpy as np

SIDE = 512
Keypoint = namedtuple("Keypoint", "x y")


def load(path):
    """The module by itself: the package around it wants PyTorch."""
    package = types.ModuleType("open_pose")
    package.__path__ = []
    body = types.ModuleType("open_pose.body")
    body.BodyResult, body.Keypoint = None, Keypoint
    sys.modules.update({"open_pose": package, "open_pose.body": body})
    spec = importlib.util.spec_from_file_location("open_pose.util", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hand(wrist, angle, length, side):
    """Fingers spread from the wrist; the little finger is not seen from its middle joint on."""
    points = [wrist]
    for finger, (spread, reach) in enumerate([(48, 0.75), (18, 0.95), (3, 1.0), (-12, 0.93), (-28, 0.8)]):
        for share in (0.45, 0.66, 0.84, 1.0):
            along = math.radians(angle + side * spread)
            points.append((wrist[0] + math.cos(along) * length * reach * share, wrist[1] + math.sin(along) * length * reach * share))
    return points


def face(middle, width):
    """Ovals in place of jaw, brows, eyes and lips."""
    def oval(count, x, y, wide, high, first, last):
        angles = np.radians(np.linspace(first, last, count))
        return [(middle[0] + width * (x + wide * math.cos(a)), middle[1] + width * (y + high * math.sin(a))) for a in angles]

    return (
        oval(17, 0, 0, 1, 1.3, 180, 0)
        + oval(5, -0.5, -0.2, 0.32, 0.2, 200, 340)
        + oval(5, 0.5, -0.2, 0.32, 0.2, 200, 340)
        + [(middle[0], middle[1] + width * y) for y in (0, 0.17, 0.34, 0.5)]
        + oval(5, 0, 0.52, 0.2, 0.08, 180, 0)
        + oval(6, -0.46, 0, 0.18, 0.08, 180, 480)
        + oval(6, 0.46, 0, 0.18, 0.08, 180, 480)
        + oval(12, 0, 0.88, 0.36, 0.14, 180, 510)
        + oval(8, 0, 0.88, 0.28, 0.05, 180, 495)
        + [(middle[0] - width * 0.46, middle[1]), (middle[0] + width * 0.46, middle[1])]
    )


# One arm raised, one on the hip; the right ear is not seen.
BODY = [
    (262.3, 92.8), (256.7, 150.2), (208.4, 152.9), (172.6, 218.3), (146.1, 288.7), (305.2, 149.6), (361.5, 180.1), (398.9, 112.4), (226.8, 280.6),
    (214.3, 372.2), (221.7, 463.5), (284.1, 282.4), (301.6, 371.8), (322.9, 458.3), (249.4, 80.7), (274.6, 79.9), None, (292.3, 86.2),
]
people = {"left": hand(BODY[7], -65, 84, 1), "right": hand(BODY[4], 100, 90, -1), "face": face((262, 80.3), 27.4)}
people["right"][18] = None

folder = Path(sys.argv[1]) / "open_pose"
folder.mkdir(parents=True, exist_ok=True)
util = load(sys.argv[2])


def shares(points):
    return [None if point is None else Keypoint(point[0] / SIDE, point[1] / SIDE) for point in points]


def seen(points):
    """Of hands and faces, what was not found lies beyond the corner."""
    return [Keypoint(-1 / SIDE, -1 / SIDE) if point is None else point for point in shares(points)]


canvas = np.zeros((SIDE, SIDE, 3), np.uint8)
canvas = util.draw_bodypose(canvas, shares(BODY))
canvas = util.draw_handpose(canvas, seen(people["left"]))
canvas = util.draw_handpose(canvas, seen(people["right"]))
canvas = util.draw_facepose(canvas, seen(people["face"]))
cv2.imwrite(str(folder / "person.png"), canvas[:, :, ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])


def flat(points):
    return [round(value, 4) for point in points for value in ((0, 0, 0) if point is None else (*point, 1))]


person = {
    "pose_keypoints_2d": flat(BODY),
    "face_keypoints_2d": flat(people["face"]),
    "hand_left_keypoints_2d": flat(people["left"]),
    "hand_right_keypoints_2d": flat(people["right"]),
}
text = json.dumps({"people": [person], "canvas_height": SIDE, "canvas_width": SIDE})
(folder / "person.json").write_text(text + "\n")
