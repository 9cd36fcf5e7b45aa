"""The judge: a classifier of real pictures that names what a generated one shows.

    python judge.py --work DIR --train                       train it
    python judge.py --work DIR --images DIR2 [--sheet S.png]    judge pictures

It learns from sprites of the five training styles and OpenMoji on random
backgrounds, turned, shifted, recoloured, blurred and noised. Two things are
held back to know how far it can be trusted: new compositions with those
augmentations, and a whole style (EmojiOne) that neither it nor the generator
ever saw. Pictures to judge are DIR2/000.png, 001.png, ... in the order of
prompts.txt, whose lines are `expected name | prompt`.
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from torch import nn

from data import STYLES, read_names
from render import compose

HERE = Path(__file__).resolve().parent
SIDE = 64


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.a = nn.Sequential(nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(),
                               nn.Conv2d(cout, cout, 3, 1, 1, bias=False), nn.BatchNorm2d(cout))
        self.skip = nn.Identity() if cin == cout and stride == 1 else nn.Conv2d(cin, cout, 1, stride)

    def forward(self, x):
        return F.relu(self.skip(x) + self.a(x))


class Judge(nn.Sequential):
    def __init__(self, classes):
        super().__init__(nn.Conv2d(3, 32, 5, 2, 2, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
                         Block(32, 64, 2), Block(64, 128, 2), Block(128, 192, 2), nn.AdaptiveAvgPool2d(1),
                         nn.Flatten(), nn.Dropout(0.1), nn.Linear(192, classes))


def small(picture):
    return np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.BOX))


def real_pictures(work, style, names, per_name, seed):
    """Single subjects of one style, three large to one small."""
    xs, ys = [], []
    for i, (_, slug, _) in enumerate(names):
        if not (work / "sprites" / style / f"{slug}.png").exists():
            continue
        for k in range(per_name):
            rng = random.Random(f"{seed}-{style}-{i}-{k}")
            picture, _, _ = compose(rng, work, names, "small" if k % 4 == 3 else "large", style, i)
            xs.append(small(picture))
            ys.append(i)
    return np.stack(xs), np.array(ys)


def augment(x):
    """Turn, scale, shift, recolour, blur, noise; x in 0..1."""
    n = len(x)
    angle, scale = (torch.rand(n) - 0.5) * 0.6, 1 + (torch.rand(n) - 0.5) * 0.4
    mirror = (torch.rand(n) < 0.5).float() * 2 - 1
    theta = torch.stack([
        torch.stack([angle.cos() * scale * mirror, -angle.sin() * scale, (torch.rand(n) - 0.5) * 0.2], 1),
        torch.stack([angle.sin() * scale * mirror, angle.cos() * scale, (torch.rand(n) - 0.5) * 0.2], 1)], 1)
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), padding_mode="border", align_corners=False)
    tint = 1 + (torch.rand(n, 3, 1, 1) - 0.5) * 0.4
    x = ((x - 0.5) * (1 + (torch.rand(n, 1, 1, 1) - 0.5) * 0.5) + 0.5) * tint
    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = torch.where(torch.rand(n, 1, 1, 1) < 0.3, blurred, x)
    return x + torch.randn_like(x) * 0.05 * torch.rand(n, 1, 1, 1)


def tensor(pictures):
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255


@torch.no_grad()
def ranks(model, pictures):
    """Class numbers, most likely first, for each picture (averaged over its mirror image)."""
    model.eval()
    out = []
    for i in range(0, len(pictures), 128):
        x = tensor(pictures[i:i + 128])
        out.append((model(x).softmax(1) + model(x.flip(3)).softmax(1)).argsort(1, descending=True))
    return torch.cat(out)


def top(order, truth, k):
    return (order[:, :k] == torch.as_tensor(truth)[:, None]).any(1).float().mean().item()


def train(args, names):
    cache = args.work / "judge_data.npz"
    if not cache.exists():
        parts = [real_pictures(args.work, s, names, 12, "train") for s in [*STYLES, "openmoji"]]
        np.savez(cache, x=np.concatenate([p[0] for p in parts]), y=np.concatenate([p[1] for p in parts]))
    loaded = np.load(cache)
    xs, ys = loaded["x"], torch.from_numpy(loaded["y"])
    torch.manual_seed(0)
    model = Judge(len(names)).to(memory_format=torch.channels_last)
    opt = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
    began, step = time.time(), 0
    while (done := (time.time() - began) / (60 * args.minutes)) < 1:
        for g in opt.param_groups:
            g["lr"] = 2e-3 * min(1, (step + 1) / 50) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        model.train()
        rows = torch.randint(len(xs), (128,))
        with torch.autocast("cpu", torch.bfloat16):
            loss = F.cross_entropy(model(augment(tensor(xs[rows.numpy()]))).float(), ys[rows], label_smoothing=0.05)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        step += 1
        if step % 50 == 0:
            print(f"step {step} loss {loss.item():.3f} {done:.0%}", flush=True)
    torch.save({"model": model.state_dict(), "report": {}}, args.work / "judge.pt")
    report = {"steps": step}
    for title, styles in (("new compositions of the training styles", STYLES), ("held-back style (EmojiOne)", ["emojione"])):
        parts = [real_pictures(args.work, s, names, 2, "test") for s in styles]
        x, y = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
        torch.manual_seed(1)
        hard = (augment(tensor(x)).clamp(0, 1).permute(0, 2, 3, 1) * 255).byte().numpy()
        order, order_hard = ranks(model, x), ranks(model, hard)
        report[title] = {"pictures": len(y), "top1": top(order, y, 1), "top5": top(order, y, 5),
                         "augmented top1": top(order_hard, y, 1), "augmented top5": top(order_hard, y, 5)}
    torch.save({"model": model.state_dict(), "report": report}, args.work / "judge.pt")
    print(json.dumps(report, indent=2))


def read_prompts(path):
    lines = [l for l in Path(path).read_text().splitlines() if l.strip() and not l.startswith("#")]
    return [tuple(part.strip() for part in l.split("|")) for l in lines]


def judge(args, names):
    prompts = read_prompts(args.prompts)
    number = {n[0]: i for i, n in enumerate(names)}
    model = Judge(len(names))
    model.load_state_dict(torch.load(args.work / "judge.pt", map_location="cpu")["model"])
    files = [args.images / f"{i:03}.png" for i in range(len(prompts))]
    full = [Image.open(f).convert("RGB") for f in files]
    order = ranks(model, np.stack([small(np.asarray(p.resize((256, 256), Image.BOX))) for p in full]))
    truth = [number[name] for name, _ in prompts]
    for i, (name, prompt) in enumerate(prompts):
        place = order[i].tolist().index(truth[i]) + 1
        if place > 1:
            seen = ", ".join(names[j][0] for j in order[i][:5].tolist())
            print(f"{i:03} {'miss' if place > 5 else 'late'} rank {place:3} | {prompt} | seen as {seen}")
    print(f"{len(prompts)} pictures: top-1 {top(order, truth, 1):.1%}, top-5 {top(order, truth, 5):.1%}")
    if args.sheet:
        cell, columns = 128, 10
        rows = math.ceil(len(full) / columns)
        page = Image.new("RGB", (columns * cell, rows * (cell + 14)), "white")
        draw = ImageDraw.Draw(page)
        for i, p in enumerate(full):
            x, y = i % columns * cell, i // columns * (cell + 14)
            page.paste(p.resize((cell, cell), Image.LANCZOS), (x, y))
            missed = truth[i] not in order[i][:5].tolist()
            draw.text((x + 2, y + cell + 1), prompts[i][1][:24], fill=(200, 0, 0) if missed else (0, 0, 0))
        page.save(args.sheet, quality=88)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--images", type=Path)
    parser.add_argument("--prompts", type=Path, default=HERE / "prompts.txt")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    names = read_names()
    if args.train:
        train(args, names)
    if args.images:
        judge(args, names)


if __name__ == "__main__":
    main()
