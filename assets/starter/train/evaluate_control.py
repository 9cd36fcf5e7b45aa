"""Does a drawing decide the shape, and still the prompt the colours?

    python evaluate_control.py --work DIR                                  with torch
    python evaluate_control.py --work DIR --brushfire PROGRAM --model ..   with the program itself
    python evaluate_control.py --work DIR --sheet SHEET.jpg                the pictures as well

50 drawings that taught nothing: 30 of OpenMoji's pen (another draughtsman, other
shapes), scaled and put somewhere, and 20 held-back compositions as an unsteady
hand would draw them. Each is painted three times with the same seed: without
the network, with it, and with it in another colour. Pictures that exist are
kept, so that an interrupted run goes on. Measured:
  precision  share of the result's edges that lie within 3 pixels of a drawn line
  recall     share of the drawn lines that have such an edge within 3 pixels
  colour     share of pictures whose background, along the frame, is nearest to
             the colour asked for, out of nine
"""

import argparse
import json
import random
import subprocess
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image, ImageDraw

import data
import render
from controlnet import STARTER, ControlNet, shipped, starter
from models import sample
from render_control import SHARD, compose
from sketches import SIDE, disc, icons, line_svg, outline, raster, redrawn, wobbled
from tokenizer import Tokenizer

ASKED = ["red", "blue", "green", "yellow"]
NAMED = ["white", "black", "red", "orange", "yellow", "green", "blue", "purple", "pink"]
WITHIN = 3  # pixels at 256
RUNS = {"without": (False, 0), "with": (True, 0), "other": (True, 1)}  # drawing shown, which colour
UNLIKE = {"broccoli"}  # of which OpenMoji's pen draws only the stalk


def openmoji(work, slug, rng):
    """One of OpenMoji's pen drawings, somewhere on the paper; None if it has no lines to speak of."""
    pen = np.asarray(raster(line_svg(data.icon_svg(icons(str(work), "openmoji"), slug)), 512).getchannel("A"))
    if (pen > 127).mean() < 0.02:
        return None
    x, y, w, h = cv2.boundingRect((pen > 127).astype(np.uint8))
    scale = rng.uniform(0.5, 0.86) * SIDE / max(w, h)
    pen = cv2.resize(pen[y:y + h, x:x + w], (round(w * scale), round(h * scale)), interpolation=cv2.INTER_AREA)
    paper = np.zeros((SIDE, SIDE), np.uint8)
    x, y = rng.randint(8, SIDE - 8 - pen.shape[1]), rng.randint(8, SIDE - 8 - pen.shape[0])
    paper[y:y + pen.shape[0], x:x + pen.shape[1]] = pen
    return paper


def by_hand(work, names, index):
    """(drawing, slug) of a held-back composition of one subject: its outline and the main lines."""
    picture, subjects, stroked, _, placed = compose(index, work, names)
    if len(placed) != 1:
        return None
    rng = np.random.default_rng(index)
    inside = np.where(stroked > 70, np.uint8(255), np.uint8(0)) if stroked.any() else cv2.Canny(picture, 90, 200)
    lines = outline(subjects) | inside * (subjects > 0)
    return cv2.dilate(wobbled(redrawn(lines, rng), rng, 1.2), disc(int(rng.integers(2, 5)))), placed[0][0]


def make(work, folder):
    """The 50 drawings with two prompts each, in two colours."""
    names, chosen = data.read_names(), []
    name_of = {slug: name for name, slug, _ in names}
    rng = random.Random(50)
    for name, slug, _ in rng.sample(names, len(names)):
        drawing = None if slug in UNLIKE else openmoji(work, slug, rng)
        if drawing is not None:
            chosen.append((drawing, name, "openmoji"))
        if len(chosen) == 30:
            break
    index = 950 * SHARD
    while len(chosen) < 50:
        found = by_hand(work, names, index)
        index += 1
        if found:
            chosen.append((found[0], name_of[found[1]], "composition"))
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for n, (drawing, name, source) in enumerate(chosen):
        Image.fromarray(drawing).convert("RGB").save(folder / f"{n:03}.png", optimize=True)
        colours = rng.sample(ASKED, 2)
        listed.append({"name": name, "source": source, "colours": colours,
                       "prompts": [f"{render.article(name)} on a {c} background" for c in colours]})
    (folder / "drawings.json").write_text(json.dumps(listed, indent=1))


# ------------------------------------------------------------ painting

def with_torch(runs, folder, listed, out, steps, guidance, model):
    vae, factor, text, unet = shipped(model)
    control = starter("controlnet", ControlNet(), model)
    tokenizer = Tokenizer(STARTER / "tokenizer")
    for run in runs:
        shown, which = RUNS[run]
        (out / run).mkdir(parents=True, exist_ok=True)
        for first in range(0, len(listed), 10):
            rows = range(first, min(first + 10, len(listed)))
            if all((out / run / f"{n:03}.png").exists() for n in rows):
                continue
            tokens = torch.tensor([tokenizer(listed[n]["prompts"][which]) for n in rows])
            hints = torch.stack([torch.from_numpy(np.array(Image.open(folder / f"{n:03}.png"))).permute(2, 0, 1) / 255
                                 for n in rows])
            with torch.no_grad():
                z = sample(unet, text, tokens, torch.tensor([tokenizer("")]), (len(rows), 8, 32, 32), steps, guidance,
                           seed=first, control=control if shown else None, hints=hints if shown else None)
                x = (vae.decode(z / factor).clamp(-1, 1) + 1) * 127.5
            for n, picture in zip(rows, x):
                Image.fromarray(picture.permute(1, 2, 0).round().byte().numpy()).save(out / run / f"{n:03}.png")
            print(run, first, flush=True)


def with_brushfire(runs, program, folder, listed, out, steps, guidance, model):
    for run in runs:
        shown, which = RUNS[run]
        (out / run).mkdir(parents=True, exist_ok=True)
        for n, entry in enumerate(listed):
            target = out / run / f"{n:03}.png"
            if target.exists():
                continue
            hint = ["--control", f"scribble={folder / f'{n:03}.png'}"] if shown else []
            subprocess.run([program, "generate", "--model", model, "--prompt", entry["prompts"][which],
                            "--width", "256", "--height", "256", "--steps", str(steps), "--cfg", str(guidance),
                            "--seed", str(n), "--device", "cpu", *hint, "-o", target],
                           check=True, stdout=subprocess.DEVNULL)


# ------------------------------------------------------------ measuring

def edges(picture):
    """Canny on each colour channel: two colours may be equally bright."""
    soft = cv2.GaussianBlur(picture, (0, 0), 1)
    return np.maximum.reduce([cv2.Canny(np.ascontiguousarray(soft[..., c]), 50, 120) for c in range(3)]) > 0


def overlap(picture, drawing):
    found, drawn = edges(picture), drawing > 127
    near_found, near_drawn = (cv2.distanceTransform((~m).astype(np.uint8), cv2.DIST_L2, 5) <= WITHIN
                              for m in (found, drawn))
    precision = (found & near_drawn).sum() / max(1, found.sum())
    recall = (drawn & near_found).sum() / drawn.sum()
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def background(picture, drawing):
    """The named colour nearest to the middle one along the frame, away from the drawing."""
    frame = np.ones(drawing.shape, bool)
    frame[16:-16, 16:-16] = False
    frame &= cv2.dilate(drawing, disc(25)) < 128
    lab = lambda rgb: cv2.cvtColor(np.float32(rgb).reshape(1, -1, 3) / 255, cv2.COLOR_RGB2LAB)[0]
    seen = lab(np.median(picture[frame], axis=0))
    return NAMED[int(np.argmin(((lab([render.COLOURS[c] for c in NAMED]) - seen) ** 2).sum(1)))]


def measure(runs, folder, listed, out):
    report = {}
    for run in runs:
        which, rows = RUNS[run][1], []
        for n, entry in enumerate(listed):
            picture = np.array(Image.open(out / run / f"{n:03}.png").convert("RGB"))
            drawing = np.array(Image.open(folder / f"{n:03}.png"))[..., 0]
            rows.append((*overlap(picture, drawing), background(picture, drawing) == entry["colours"][which],
                         entry["source"]))
        for source in ("openmoji", "composition", "all"):
            some = np.array([r[:4] for r in rows if source in (r[4], "all")], float)
            if len(some):
                report[f"{run}/{source}"] = dict(zip(("precision", "recall", "F", "colour"), some.mean(0).round(3).tolist()))
        report[f"{run}/F"] = [round(float(r[2]), 3) for r in rows]
    for key, value in report.items():
        if isinstance(value, dict):
            print(f"{key:22}", "  ".join(f"{k} {v:.3f}" for k, v in value.items()))
    if {"with", "without"} <= set(runs):
        better = np.array(report["with/F"]) > np.array(report["without/F"])
        print(f"better with than without: {better.sum()} of {len(better)}")
    (out / "report.json").write_text(json.dumps(report, indent=1))


def sheet(folder, listed, out, target, side=96, columns=5):
    """Drawing, without, with, with another colour; the prompt below."""
    rows = -(-len(listed) // columns)
    paper = Image.new("RGB", (columns * (4 * side + 8), rows * (side + 14)), "white")
    draw = ImageDraw.Draw(paper)
    for n, entry in enumerate(listed):
        x, y = n % columns * (4 * side + 8), n // columns * (side + 14)
        files = [folder / f"{n:03}.png"] + [out / run / f"{n:03}.png" for run in RUNS]
        for k, file in enumerate(files):
            paper.paste(Image.open(file).convert("RGB").resize((side, side), Image.BOX), (x + k * side, y))
        draw.text((x + 2, y + side + 1), f"{entry['prompts'][0]}  /  {entry['colours'][1]}", "black")
    paper.save(target, quality=85)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--out", type=Path, help="default: DIR/control_eval, or DIR/control_eval_brushfire")
    parser.add_argument("--model", type=Path, default=STARTER)
    parser.add_argument("--brushfire", type=Path, help="paint with this program instead of torch")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--runs", default=",".join(RUNS))
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    folder = args.work / "control_test"
    out = args.out or args.work / ("control_eval_brushfire" if args.brushfire else "control_eval")
    if not (folder / "drawings.json").exists():
        make(args.work, folder)
    listed = json.loads((folder / "drawings.json").read_text())[:args.limit]
    runs = args.runs.split(",")
    if args.brushfire:
        with_brushfire(runs, args.brushfire, folder, listed, out, args.steps, args.guidance, args.model)
    else:
        with_torch(runs, folder, listed, out, args.steps, args.guidance, args.model)
    measure(runs, folder, listed, out)
    if args.sheet:
        sheet(folder, listed, out, args.sheet)


if __name__ == "__main__":
    main()
