"""Trains the UNet on cached latents; the text encoder comes from train_text.py.

    python train_unet.py --work DIR --minutes 55 --high 0.5                          # what things look like
    python train_unet.py --work DIR --minutes 35 --high 0.1 --decay-minutes 26       # the details

Every run resumes DIR/unet.pt.

v-prediction on the cosine schedule; 10 % of the captions are dropped for
guidance; an exponential average of the weights (EMA) is what gets exported.
Now and then a sheet of samples is written to DIR/samples.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from models import Autoencoder, TextEncoder, UNet, cosine_schedule, sample
from tokenizer import Tokenizer

HERE = Path(__file__).resolve().parent

SHEET = ["a cat", "a red apple", "a house in a meadow", "a dog, 3d style", "a rose on a white background",
         "a car, flat style", "a penguin in the snow", "a cat and a tree on a green background",
         "a pizza", "a small tree on the left in a meadow", "a rocket at night", "an owl on a blue background",
         "a castle", "a guitar on a pink background", "a horse on the beach", "a sunflower and a butterfly"]


class Model(nn.Module):
    """Both trained networks under one name, for one optimiser, one EMA and one checkpoint."""

    def __init__(self):
        super().__init__()
        self.text = TextEncoder()
        self.unet = UNet()


class Data:
    """Latents with their token numbers, drawn by kind of picture."""

    def __init__(self, work, suffixes, tokenizer, shares, styles):
        self.latents, tokens, self.by_kind = [], [], {}
        offset = 0
        for suffix in suffixes:
            part = torch.from_numpy(np.load(work / f"latents{suffix}.npy"))
            infos = json.loads((work / f"pictures{suffix}.json").read_text())[:len(part)]
            self.latents.append(part)
            tokens += [tokenizer(i["caption"]) for i in infos]
            for n, info in enumerate(infos):
                if styles and info["style"] not in styles:
                    continue
                self.by_kind.setdefault(info["kind"], []).append(offset + n)
            offset += len(infos)
        self.latents = torch.cat(self.latents)
        self.tokens = torch.tensor(tokens, dtype=torch.int16)
        self.by_kind = {k: torch.tensor(v) for k, v in self.by_kind.items()}
        self.kinds = list(shares)
        self.shares = torch.tensor([shares[k] for k in self.kinds])
        self.queues = {k: [] for k in self.kinds}

    def batch(self, size):
        counts = torch.bincount(torch.multinomial(self.shares, size, replacement=True), minlength=len(self.kinds))
        rows = []
        for kind, n in zip(self.kinds, counts.tolist()):
            # Each picture once before any comes again.
            queue = self.queues[kind]
            while len(queue) < n:
                queue += self.by_kind[kind][torch.randperm(len(self.by_kind[kind]))].tolist()
            rows += queue[:n]
            del queue[:n]
        rows = torch.tensor(rows)
        return self.latents[rows].float(), self.tokens[rows].long()


def sheet(work, model_weights, tokenizer, step, device):
    """Samples the fixed prompts with the averaged weights."""
    model = Model()
    model.load_state_dict(model_weights)
    model.to(device, memory_format=torch.channels_last).eval()
    vae = Autoencoder()
    vae.load_state_dict(torch.load(work / "autoencoder.pt", map_location="cpu")["model"])
    vae.to(device).eval()
    factor = json.loads((work / "scaling_factor.json").read_text())
    tokens = torch.tensor([tokenizer(p) for p in SHEET])
    with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
        z = sample(model.unet, model.text, tokens, torch.tensor([tokenizer("")]),
                   (len(SHEET), 8, 32, 32), steps=10, guidance=4.0, seed=1)
        x = vae.decode(z / factor).float().clamp(-1, 1).cpu()
    rows = [torch.cat(list(x[i:i + 8]), 2) for i in range(0, len(x), 8)]
    picture = ((torch.cat(rows, 1).permute(1, 2, 0) + 1) * 127.5).round().byte().numpy()
    (work / "samples").mkdir(exist_ok=True)
    Image.fromarray(picture).save(work / "samples" / f"{step:06d}.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=30, help="length of this run")
    parser.add_argument("--decay-minutes", type=float, default=0, help="the rate falls over the last ... of them")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=4e-4)
    parser.add_argument("--text-rate", type=float, default=0.0, help="the text encoder's share of the rate; 0 leaves it as it is")
    parser.add_argument("--high", type=float, default=0.5, help="extra share of steps at high noise")
    parser.add_argument("--ema", type=float, default=0.999, help="0.998 for short runs")
    parser.add_argument("--from-step", type=float, default=800, help="where high noise begins")
    parser.add_argument("--shares", default="0.7,0.12,0.18", help="large,small,scene: how often each kind is drawn")
    parser.add_argument("--styles", default="", help="comma-separated; default all")
    parser.add_argument("--suffixes", default="", help="sets of pictures, comma-separated; the first set has no suffix")
    parser.add_argument("--sheet-minutes", type=float, default=8)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    batch = args.batch
    shares = [float(s) for s in args.shares.split(",")]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    tokenizer = Tokenizer(HERE.parent / "tokenizer")
    data = Data(args.work, args.suffixes.split(","), tokenizer,
                dict(zip(("large", "small", "scene"), shares)), [s for s in args.styles.split(",") if s])
    empty = torch.tensor(tokenizer(""))
    alphas = cosine_schedule().to(device)

    torch.manual_seed(args.seed)
    model = Model().to(device, memory_format=torch.channels_last)
    model.text.load_state_dict(torch.load(args.work / "text.pt", map_location=device)["text"])
    ema = {k: v.detach().clone() for k, v in model.state_dict().items()}
    # The text encoder comes taught (train_text.py) and stays as it is, which saves a fifth of the time.
    opt = torch.optim.AdamW([{"params": model.unet.parameters(), "part": 1.0},
                             {"params": model.text.parameters(), "part": args.text_rate}],
                            lr=args.lr, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    path, step = args.work / "unet.pt", 0
    if path.exists():
        saved = torch.load(path, map_location=device)
        model.load_state_dict(saved["model"])
        if "opt" in saved:
            opt.load_state_dict(saved["opt"])
        ema, step = saved["ema"], saved["step"]
    torch.manual_seed(args.seed + step)
    model.text.requires_grad_(args.text_rate > 0)
    parameters = list(model.parameters())
    live = [model.state_dict()[k] for k in ema]  # shares memory with the parameters
    averaged = list(ema.values())
    ran, mean = 0, None
    began = saved_at = shown_at = time.time()

    def save():
        part = path.with_suffix(".part")
        torch.save({"model": model.state_dict(), "opt": opt.state_dict(), "ema": ema, "step": step}, part)
        part.replace(path)  # never a half-written checkpoint

    model.train()
    while True:
        now = time.time()
        minutes = (now - began) / 60
        if minutes >= args.minutes:
            break
        rate = min(1, (step + 1) / 200, (ran + 1) / 50)
        if args.decay_minutes:
            rate *= max(0.03, min(1, (args.minutes - minutes) / args.decay_minutes))

        x0, tokens = data.batch(batch)
        tokens[torch.rand(batch) < 0.1] = empty
        x0 = x0.to(device).contiguous(memory_format=torch.channels_last)
        # These pictures are so simple that words decide only while hardly anything can
        # be seen: `--high` of the steps are drawn from behind `--from-step`.
        t = 1000 * torch.rand(batch, device=device)
        t = torch.where(torch.rand(batch, device=device) < args.high, args.from_step + t * (1 - args.from_step / 1000), t).long().clamp(0, 999)
        a = alphas[t][:, None, None, None]
        noise = torch.randn_like(x0)
        noisy, target = a.sqrt() * x0 + (1 - a).sqrt() * noise, a.sqrt() * noise - (1 - a).sqrt() * x0
        with torch.autocast(device.type, torch.bfloat16):
            with torch.set_grad_enabled(args.text_rate > 0):
                states = model.text(tokens.to(device))
            out = model.unet(noisy, t, states)
        loss = F.mse_loss(out.float(), target)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        for group in opt.param_groups:
            group["lr"] = args.lr * rate * group["part"]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        step, ran = step + 1, ran + 1
        torch._foreach_lerp_(averaged, live, 1 - min(args.ema, (1 + step) / (10 + step)))
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()

        now = time.time()
        if ran % 20 == 0:
            print(f"step {step} loss {mean:.4f} {(now - began) / 60:.1f} min "
                  f"{(now - began) / ran:.2f} s/step", flush=True)
        if now - saved_at > 240:
            save()
            saved_at = now
        if now - shown_at > args.sheet_minutes * 60:
            sheet(args.work, ema, tokenizer, step, device)
            shown_at = now
    save()
    sheet(args.work, ema, tokenizer, step, device)
    print(f"done: {step} steps, loss {mean:.4f}", flush=True)


if __name__ == "__main__":
    main()
