"""Teaches the text encoder what captions look like before the UNet listens to it.

    python train_text.py --work DIR --minutes 10        (resumes)

Trained from nothing together with the UNet, the encoder collapses at a rate
that suits the UNet: at first its words are only noise to be suppressed. So it
is taught alone first, at a tenth of the cost: its last 64 states (mostly
padding, which sees the whole caption) are to describe the 8 x 8 cells of the
picture, in reading order, to a linear reader that is thrown away afterwards,
and to tell which cell they describe. Two more readers ask any of them for
subjects and style. Train until `subjects` is near 0.01: what it does not tell
apart here the UNet will never draw apart.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from data import STYLES, read_names
from models import TEXT_CONFIG, TextEncoder
from tokenizer import LENGTH, Tokenizer

HERE = Path(__file__).resolve().parent
GRID = 8
FIRST = LENGTH - GRID * GRID  # the state that describes the first cell


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--suffixes", default="", help="sets of pictures, as for train_unet.py")
    args = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer, classes = Tokenizer(HERE.parent / "tokenizer"), len(read_names())
    latents, tokens, shown, styles = [], [], [], []
    for suffix in args.suffixes.split(","):
        part = torch.from_numpy(np.load(args.work / f"latents{suffix}.npy"))
        infos = json.loads((args.work / f"pictures{suffix}.json").read_text())[:len(part)]
        latents.append(part)
        for info in infos:
            tokens.append(tokenizer(info["caption"]))
            shown.append([float(c in info["classes"]) for c in range(classes)])
            styles.append(STYLES.index(info["style"]))
    latents, tokens = torch.cat(latents), torch.tensor(tokens)
    shown, styles = torch.tensor(shown), torch.tensor(styles)
    side = latents.shape[-1] // GRID
    cell = latents.shape[1] * side * side

    torch.manual_seed(0)
    text = TextEncoder().to(device)
    width = TEXT_CONFIG["hidden_size"]
    readers = nn.ModuleList([nn.Linear(width, cell), nn.Linear(width, classes), nn.Linear(width, len(STYLES)),
                             nn.Linear(width, GRID * GRID, bias=False)]).to(device)
    path, step = args.work / "text.pt", 0
    if path.exists():
        saved = torch.load(path, map_location=device)
        text.load_state_dict(saved["text"])
        if "readers" in saved:
            readers.load_state_dict(saved["readers"], strict=False)
        step = saved["step"]
    torch.manual_seed(step)
    opt = torch.optim.AdamW([*text.parameters(), *readers.parameters()], lr=args.lr, betas=(0.9, 0.99),
                            weight_decay=0.01, fused=True)
    began, ran, means, queue = time.time(), 0, None, []
    while (done := (time.time() - began) / (60 * args.minutes)) < 1:
        for g in opt.param_groups:
            g["lr"] = args.lr * min(1, (ran + 1) / 50, max(0.03, 2.5 * (1 - done)))
        if len(queue) < args.batch:
            queue += torch.randperm(len(tokens)).tolist()
        rows = torch.tensor(queue[:args.batch])
        del queue[:args.batch]
        # (batch, channel, row, y, column, x) -> (batch, cell, everything in it)
        target = latents[rows].float().unflatten(2, (GRID, side)).unflatten(4, (GRID, side))
        target = target.permute(0, 2, 4, 1, 3, 5).reshape(len(rows), GRID * GRID, cell).to(device)
        with torch.autocast(device.type, torch.bfloat16):
            states = text(tokens[rows].to(device))[:, FIRST:].float()
            any_ = states[torch.arange(len(rows)), torch.randint(GRID * GRID, (len(rows),))]
            picture, what, style = readers[0](states).float(), readers[1](any_).float(), readers[2](any_).float()
            cells = readers[3](states).float()
        losses = torch.stack([
            F.mse_loss(picture, target),
            5 * F.binary_cross_entropy_with_logits(what, shown[rows].to(device)),
            0.1 * F.cross_entropy(style, styles[rows].to(device)),
            0.1 * F.cross_entropy(cells.flatten(0, 1), torch.arange(GRID * GRID, device=device).repeat(len(rows)))])
        opt.zero_grad(set_to_none=True)
        losses.sum().backward()
        torch.nn.utils.clip_grad_norm_(text.parameters(), 1.0)
        opt.step()
        step, ran = step + 1, ran + 1
        means = losses.detach() if means is None else 0.97 * means + 0.03 * losses.detach()
        if ran % 50 == 0:
            print(f"step {step} picture {means[0]:.4f} subjects {means[1]:.4f} style {means[2]:.4f} "
                  f"place {means[3]:.4f} {done:.0%}", flush=True)
    torch.save({"text": text.state_dict(), "readers": readers.state_dict(), "step": step}, path)
    print(f"done: {step} steps", flush=True)


if __name__ == "__main__":
    main()
