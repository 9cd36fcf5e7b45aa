"""Writes the poses beside this file: people of average proportions in space, seen from in front.

    python make_poses.py

A person is 1 tall. In a body's own space x points to the person's left, y down, z to where the person looks; limbs are
given by their directions there (outward from the body, down, forward). Shares of the stature: Drillis and Contini 1966.
"""

import json
import math
from pathlib import Path

CANVAS = 768
STATURE = 640
CAMERA = 5.0  # distance in statures

TORSO, NECK_TO_HEAD = 0.288, 0.05
SHOULDER, HIP = 0.113, 0.062
UPPER_ARM, FOREARM, THIGH, SHANK = 0.172, 0.15, 0.245, 0.24

NAMES = ["nose", "neck", "r_shoulder", "r_elbow", "r_wrist", "l_shoulder", "l_elbow", "l_wrist", "r_hip", "r_knee", "r_ankle",
         "l_hip", "l_knee", "l_ankle", "r_eye", "l_eye", "r_ear", "l_ear"]


def turned(vector, yaw=0, pitch=0, roll=0):
    """About y (to the person's left), then x (bowing), then z (towards the person's left shoulder); degrees."""
    x, y, z = vector
    a, b, c = (math.radians(angle) for angle in (yaw, pitch, roll))
    x, z = x * math.cos(a) + z * math.sin(a), z * math.cos(a) - x * math.sin(a)
    y, z = y * math.cos(b) + z * math.sin(b), z * math.cos(b) - y * math.sin(b)
    x, y = x * math.cos(c) - y * math.sin(c), y * math.cos(c) + x * math.sin(c)
    return (x, y, z)


def add(a, b, length=1.0):
    return tuple(p + q * length for p, q in zip(a, b))


def unit(vector):
    length = math.sqrt(sum(part * part for part in vector))
    return tuple(part / length for part in vector)


def person(*, turn=(0, 0, 0), torso=(0, 0, 0), pelvis=(0, 0, 0), head=(0, 0, 0), right_arm, left_arm, right_leg, left_leg, at=(0, 0),
           size=1.0):
    """Joints in space. Turns are (yaw, pitch, roll); an arm or leg is the directions of its two bones."""
    points = {"neck": turned((0, -TORSO, 0), *torso)}
    for side, sign, arm, leg in (("r", -1, right_arm, right_leg), ("l", 1, left_arm, left_leg)):
        shoulder = add(points["neck"], turned((sign * SHOULDER, 0.008, 0), *torso))
        elbow = add(shoulder, unit((sign * arm[0][0], arm[0][1], arm[0][2])), UPPER_ARM)
        wrist = add(elbow, unit((sign * arm[1][0], arm[1][1], arm[1][2])), FOREARM)
        hip = turned((sign * HIP, 0, 0), *pelvis)
        knee = add(hip, unit((sign * leg[0][0], leg[0][1], leg[0][2])), THIGH)
        ankle = add(knee, unit((sign * leg[1][0], leg[1][1], leg[1][2])), SHANK)
        points.update({f"{side}_{name}": point for name, point in
                       (("shoulder", shoulder), ("elbow", elbow), ("wrist", wrist), ("hip", hip), ("knee", knee), ("ankle", ankle))})
    base = add(points["neck"], turned((0, -NECK_TO_HEAD, 0.005), *torso))
    facing = turned(turned(turned((0, 0, 1), *head), *torso), *turn)
    for name, offset in (("nose", (0, -0.055, 0.07)), ("r_eye", (-0.021, -0.078, 0.052)), ("l_eye", (0.021, -0.078, 0.052)),
                         ("r_ear", (-0.047, -0.066, -0.012)), ("l_ear", (0.047, -0.066, -0.012))):
        points[name] = add(base, turned(turned(offset, *head), *torso))
    points = {name: turned(point, *turn) for name, point in points.items()}
    seen = set(NAMES)
    # What the head hides of itself.
    side = math.degrees(math.atan2(facing[0], facing[2]))
    if abs(side) > 105:
        seen -= {"nose", "r_eye", "l_eye"}
    elif side > 32:
        seen -= {"l_ear"} | ({"l_eye"} if side > 62 else set())
    elif side < -32:
        seen -= {"r_ear"} | ({"r_eye"} if side < -62 else set())
    return [project(points[name], at, size) if name in seen else None for name in NAMES]


def project(point, at, size):
    scale = CAMERA / (CAMERA - point[2] * size) * size * STATURE
    return (point[0] * scale + at[0] * STATURE, point[1] * scale + at[1] * STATURE)


DOWN = (0.0, 1.0, 0.0)
HANGING = [(0.22, 1, 0.02), (0.1, 1, 0.22)]
STRAIGHT = [(0.05, 1, 0.02), (0.03, 1, -0.05)]

POSES = {
    "standing": [person(right_arm=HANGING, left_arm=[(0.2, 1, 0), (0.06, 1, 0.25)], right_leg=STRAIGHT, left_leg=[(0.1, 1, 0.03), (0.06, 1, -0.04)],
                        head=(4, 0, 0))],
    "relaxed": [person(torso=(-6, 0, 5), pelvis=(8, 0, -7), head=(-14, 4, -6), right_arm=[(0.55, 1, -0.25), (-0.85, 0.62, 0.45)],
                       left_arm=[(0.16, 1, 0.02), (0.1, 1, 0.2)], right_leg=[(0.0, 1, 0.0), (-0.02, 1, -0.03)],
                       left_leg=[(0.22, 1, 0.24), (0.06, 1, -0.2)])],
    "walking": [person(turn=(38, 0, 0), torso=(8, 4, 0), pelvis=(-8, 0, 0), head=(-6, 3, 0), right_arm=[(0.12, 1, 0.42), (0.0, 0.9, 0.62)],
                       left_arm=[(0.12, 1, -0.45), (0.1, 1, -0.1)], right_leg=[(0.0, 1, -0.3), (0.0, 1, -0.62)],
                       left_leg=[(0.02, 1, 0.46), (0.0, 1, 0.14)])],
    "running": [person(turn=(52, 0, 0), torso=(12, 14, 0), pelvis=(-10, 4, 0), head=(-10, -8, 0), right_arm=[(0.2, 0.72, 0.62), (-0.25, -0.62, 0.78)],
                       left_arm=[(0.22, 0.72, -0.72), (0.05, 0.85, 0.6)], right_leg=[(0.0, 1, -0.5), (0.0, 0.18, -1)],
                       left_leg=[(0.02, 0.62, 0.8), (0.0, 1, -0.12)])],
    "sitting": [person(turn=(30, 0, 0), torso=(0, -4, 0), head=(-18, 6, 0), right_arm=[(0.18, 1, 0.28), (-0.05, 0.55, 0.85)],
                       left_arm=[(0.2, 1, 0.22), (-0.1, 0.6, 0.8)], right_leg=[(0.2, 0.12, 1), (0.04, 1, 0.04)],
                       left_leg=[(0.12, 0.12, 1), (0.0, 1, 0.3)])],
    "cross-legged": [person(torso=(0, 6, 0), head=(6, 5, 0), right_arm=[(0.42, 1, 0.2), (0.1, 0.72, 0.7)], left_arm=[(0.42, 1, 0.2), (0.12, 0.72, 0.7)],
                            right_leg=[(0.85, 0.3, 0.75), (-1, 0.14, 0.1)], left_leg=[(0.85, 0.27, 0.72), (-1, 0.05, 0.34)])],
    "kneeling": [person(turn=(24, 0, 0), torso=(-4, 4, 0), head=(-8, 6, 0), right_arm=[(0.2, 1, 0.1), (0.02, 0.9, 0.5)],
                        left_arm=[(0.2, 0.95, 0.3), (-0.1, 0.6, 0.85)], right_leg=[(0.06, 1, -0.04), (0.02, 0.3, -1)],
                        left_leg=[(0.14, 0.2, 1), (0.02, 1, -0.02)])],
    "crouching": [person(turn=(34, 0, 0), torso=(0, 26, 0), head=(-14, -14, 0), right_arm=[(0.24, 0.8, 0.55), (-0.2, 0.62, 0.72)],
                         left_arm=[(0.24, 0.86, 0.5), (-0.16, 0.5, 0.9)], right_leg=[(0.32, 0.42, 0.9), (0.0, 1, -0.55)],
                         left_leg=[(0.3, 0.3, 1), (0.0, 1, -0.42)])],
    "arms-raised": [person(torso=(0, -4, 0), head=(0, -10, 0), right_arm=[(0.62, -1, 0.05), (0.22, -1, 0.06)], left_arm=[(0.66, -1, 0.05), (0.28, -1, 0.02)],
                           right_leg=[(0.2, 1, 0.02), (0.1, 1, -0.05)], left_leg=[(0.2, 1, 0.02), (0.14, 1, -0.05)])],
    "waving": [person(torso=(0, 0, -3), pelvis=(0, 0, 3), head=(-6, 0, -5), right_arm=[(1, -0.1, 0.12), (0.24, -1, 0.2)], left_arm=[(0.2, 1, 0), (0.02, 1, 0.25)],
                      right_leg=STRAIGHT, left_leg=[(0.14, 1, 0.1), (0.06, 1, -0.08)])],
    "dancing": [person(torso=(-14, 0, 12), pelvis=(12, 0, -8), head=(20, -4, 10), right_arm=[(0.95, -0.55, 0.1), (-0.05, -1, 0.1)],
                       left_arm=[(1, 0.18, 0.05), (0.9, -0.42, 0.2)], right_leg=[(0.1, 1, 0.02), (0.04, 1, -0.06)],
                       left_leg=[(0.75, 0.72, 0.4), (-0.42, 1, -0.34)])],
    "jumping": [person(turn=(-16, 0, 0), torso=(6, -6, 4), head=(4, -12, -4), right_arm=[(0.75, -0.85, 0.12), (0.45, -1, 0.05)],
                       left_arm=[(0.85, -0.7, 0.1), (0.6, -0.9, 0.15)], right_leg=[(0.38, 0.85, 0.42), (0.12, 0.75, -0.85)],
                       left_leg=[(0.5, 0.78, 0.28), (0.3, 0.68, -0.9)])],
    "kicking": [person(turn=(22, 0, 0), torso=(-10, -8, -20), pelvis=(0, 0, -14), head=(10, 4, 16), right_arm=[(0.6, 0.75, 0.3), (-0.2, -0.75, 0.62)],
                       left_arm=[(0.62, 0.62, 0.4), (-0.15, -0.7, 0.7)], right_leg=[(0.06, 1, 0.0), (0.02, 1, -0.08)],
                       left_leg=[(0.95, -0.02, 0.38), (0.98, -0.12, 0.22)])],
    "thinking": [person(turn=(-14, 0, 0), torso=(0, 4, -3), head=(12, 10, 6), right_arm=[(0.14, 1, 0.22), (-1, 0.02, 0.5)],
                        left_arm=[(0.08, 1, 0.3), (-0.42, -1, 0.3)], right_leg=STRAIGHT, left_leg=[(0.16, 1, 0.16), (0.02, 1, -0.14)])],
    "lying": [person(turn=(-12, -14, -90), torso=(0, 0, 0), head=(10, 6, 0), right_arm=[(0.72, -0.72, 0.1), (-0.66, -0.75, 0.1)],
                     left_arm=[(0.3, 1, 0.06), (-0.16, 1, 0.25)], right_leg=[(0.06, 1, 0.02), (0.0, 1, -0.04)],
                     left_leg=[(0.5, 0.82, 0.3), (-0.42, 1, -0.3)])],
    "from-behind": [person(turn=(172, 0, 0), torso=(0, 0, 2), pelvis=(0, 0, -3), head=(0, 0, 0), right_arm=HANGING, left_arm=[(0.24, 1, -0.05), (0.1, 1, 0.2)],
                           right_leg=STRAIGHT, left_leg=[(0.14, 1, 0.05), (0.08, 1, -0.08)])],
    "portrait": [person(size=2.1, turn=(-12, 0, 0), head=(16, 0, 4), right_arm=[(0.2, 1, 0.0), (0.0, 1, 0.2)], left_arm=[(0.2, 1, 0.04), (0.0, 1, 0.2)],
                        right_leg=STRAIGHT, left_leg=STRAIGHT)],
    "back-to-back": [
        person(at=(-0.115, 0), turn=(-62, 0, 0), torso=(0, -5, 0), head=(26, 0, 0), right_arm=[(0.12, 1, 0.24), (-0.62, -0.15, 0.62)],
               left_arm=[(0.14, 1, 0.2), (-0.8, -0.05, 0.66)], right_leg=[(0.06, 1, 0.12), (0.0, 1, 0.06)], left_leg=[(0.06, 1, 0.24), (0.0, 1, 0.02)]),
        person(at=(0.115, 0.004), size=0.97, turn=(62, 0, 0), torso=(0, -5, 0), head=(-28, 0, 0), right_arm=[(0.14, 1, 0.2), (-0.8, -0.05, 0.66)],
               left_arm=[(0.12, 1, 0.22), (-0.62, -0.2, 0.62)], right_leg=[(0.06, 1, 0.24), (0.0, 1, 0.02)], left_leg=[(0.06, 1, 0.12), (0.0, 1, 0.06)]),
    ],
    "hand-in-hand": [
        person(at=(-0.243, 0), turn=(10, 0, 0), head=(14, 0, 4), right_arm=HANGING, left_arm=[(0.42, 1, 0.0), (0.5, 1, 0.1)], right_leg=STRAIGHT,
               left_leg=[(0.08, 1, 0.16), (0.04, 1, -0.1)]),
        person(at=(0.245, 0.012), size=0.95, turn=(-10, 0, 0), head=(-16, 0, -4), right_arm=[(0.42, 1, 0.0), (0.54, 1, 0.1)], left_arm=HANGING,
               right_leg=[(0.08, 1, 0.16), (0.04, 1, -0.1)], left_leg=STRAIGHT),
    ],
}

# What lies below the picture in a portrait.
HIDDEN = {"portrait": {"r_elbow", "r_wrist", "l_elbow", "l_wrist", "r_hip", "l_hip", "r_knee", "l_knee", "r_ankle", "l_ankle"}}


def write(name, people):
    people = [[None if point is None or joint in HIDDEN.get(name, ()) else point for joint, point in zip(NAMES, body)] for body in people]
    points = [point for body in people for point in body if point]
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    shift = ((CANVAS - min(xs) - max(xs)) / 2, (CANVAS - min(ys) - max(ys)) / 2)
    flat = [[value for point in body for value in ((0, 0, 0) if point is None else (round(point[0] + shift[0], 1), round(point[1] + shift[1], 1), 1))]
            for body in people]
    text = json.dumps({"people": [{"pose_keypoints_2d": body} for body in flat], "canvas_width": CANVAS, "canvas_height": CANVAS})
    (Path(__file__).parent / f"{name}.json").write_text(text + "\n")


for name, people in POSES.items():
    write(name, people)
