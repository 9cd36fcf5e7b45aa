"""Trains the ControlNet on the shards of render_control.py; all else stays as shipped.

    python train_controlnet.py --work DIR --minutes 70
    python train_controlnet.py --work DIR --minutes 20 --decay-minutes 18
    python train_controlnet.py --work DIR --from .. --minutes 100 --decay-minutes 25
    python train_controlnet.py --work DIR --export ..

Every run resumes DIR/controlnet.pt; where there is none yet, `--from` begins with the
weights in a starter's folder, not with a copy of the UNet. Each picture is sketched
anew each time (sketches.py). Now and then a sheet of samples is written to DIR/samples.

What makes it quick: it begins as a copy of the UNet; the drawing's embedding
begins with features of ordinary size (only the convolutions to the UNet begin
at zero); both learn at a higher rate than the copy; steps at high noise, where
place and shape are decided, are drawn more often; what lies near a subject's
lines counts more; and `--silent` of the captions are dropped, so that the
lines must say it.
"""

import argparse
import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from torch import nn

from controlnet import CONTROLNET_CONFIG, STARTER, ControlNet, from_unet, shipped, starter
from export import write
from models import cosine_schedule, sample
from sketches import disc, outline, sketch
from tokenizer import Tokenizer

HELD_BACK = 900  # shards from here on are never trained with


class Shards:
    """The shards that exist by now, drawn from evenly; looks for new ones at every epoch's end."""

    def __init__(self, work):
        self.folder, self.shards, self.queue = work / "control", {}, []

    def look(self):
        for file in sorted(self.folder.glob("*.npz")):
            if file not in self.shards and int(file.stem) < HELD_BACK:
                with np.load(file) as opened:
                    self.shards[file] = {k: opened[k] for k in opened.files if k != "captions"}

    def batch(self, size, hand):
        """(latents, text states, drawings, weights of each latent)"""
        if len(self.queue) < size:
            self.look()
            rows = [(f, n) for f, s in self.shards.items() for n in range(len(s["latents"]))]
            self.queue += [rows[i] for i in hand.permutation(len(rows))]
        chosen, self.queue = self.queue[:size], self.queue[size:]
        latents, states, hints, weights = [], [], [], []
        for file, n in chosen:
            shard = self.shards[file]
            latents.append(shard["latents"][n])
            states.append(shard["states"][n])
            hints.append(sketch(shard["pictures"][n], shard["subjects"][n], shard["strokes"][n], hand))
            near = cv2.dilate(outline(shard["subjects"][n]) | shard["strokes"][n], disc(13))
            weights.append(cv2.resize(near, (32, 32), interpolation=cv2.INTER_AREA))
        weights = torch.from_numpy(np.stack(weights)).float()[:, None] / 255
        return (torch.from_numpy(np.stack(latents)).float(), torch.from_numpy(np.stack(states)).float(),
                as_hints(hints), 1 + 2 * weights)


def as_hints(drawings):
    """White on black (n x 256 x 256, uint8) -> (n, 3, 256, 256), 0 to 1."""
    x = torch.from_numpy(np.stack(drawings)).float()[:, None] / 255
    return x.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def begin(unet, data, hand):
    """The network before its first step."""
    net = from_unet(unet)
    embedding = net.controlnet_cond_embedding
    for m in (embedding.conv_in, *embedding.blocks, embedding.conv_out):
        nn.init.kaiming_normal_(m.weight)
        nn.init.zeros_(m.bias)
    latents, _, hints, _ = data.batch(32, hand)
    wanted = 0.5 * net.conv_in(torch.randn_like(latents)).std()
    embedding.conv_out.weight.mul_(wanted / embedding(hints).std())
    return net


def sheet(path, net, nets, hints, prompts, seed=3):
    """Drawings above, pictures below."""
    vae, factor, text, unet = nets
    tokenizer = Tokenizer(STARTER / "tokenizer")
    tokens = torch.tensor([tokenizer(p) for p in prompts])
    with torch.no_grad():
        z = sample(unet, text, tokens, torch.tensor([tokenizer("")]), (len(tokens), 8, 32, 32), steps=8,
                   guidance=3.0, seed=seed, control=net, hints=hints)
        x = (vae.decode(z / factor).clamp(-1, 1) + 1) / 2
    rows = [torch.cat(list(t), 2) for t in (hints, x)]
    path.parent.mkdir(exist_ok=True)
    Image.fromarray((torch.cat(rows, 1).permute(1, 2, 0) * 255).round().byte().numpy()).save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=60, help="length of this run")
    parser.add_argument("--decay-minutes", type=float, default=0, help="the rates fall over the last ... of them")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=2e-4, help="of the copy")
    parser.add_argument("--new-lr", type=float, default=1e-3, help="of the embedding and the zero convolutions")
    parser.add_argument("--high", type=float, default=0.6, help="extra share of steps at high noise")
    parser.add_argument("--from-step", type=float, default=600, help="where high noise begins")
    parser.add_argument("--silent", type=float, default=0.35, help="share of captions dropped")
    parser.add_argument("--ema", type=float, default=0.995)
    parser.add_argument("--sheet-minutes", type=float, default=10)
    parser.add_argument("--from", type=Path, dest="start", metavar="FOLDER",
                        help="without a checkpoint, begin with the weights in FOLDER/controlnet")
    parser.add_argument("--export", type=Path, help="write the averaged weights as OUT/controlnet, train nothing")
    args = parser.parse_args()
    path = args.work / "controlnet.pt"
    if args.export:
        ema = torch.load(path, map_location="cpu")["ema"]
        write(args.export / "controlnet", "config.json", CONTROLNET_CONFIG, ema, "diffusion_pytorch_model.safetensors")
        return

    nets = shipped()
    text, unet = nets[2].requires_grad_(False), nets[3].requires_grad_(False).to(memory_format=torch.channels_last)
    tokenizer, alphas = Tokenizer(STARTER / "tokenizer"), cosine_schedule()
    with torch.no_grad():
        empty = text(torch.tensor([tokenizer("")]))[0]
    data = Shards(args.work)
    hand = np.random.default_rng(int(time.time()))
    cv2.setNumThreads(1)

    saved = torch.load(path, map_location="cpu") if path.exists() else None
    if saved:
        net, step = ControlNet(), saved["step"]
        net.load_state_dict(saved["model"])
    elif args.start:
        net, step = starter("controlnet", ControlNet(), args.start), 0
    else:
        torch.manual_seed(0)
        net, step = begin(unet, data, hand), 0
    net.to(memory_format=torch.channels_last).train()
    groups = {True: [], False: []}
    for name, p in net.named_parameters():
        groups[name.startswith("controlnet_")].append(p)
    opt = torch.optim.AdamW([{"params": groups[True], "rate": args.new_lr}, {"params": groups[False], "rate": args.lr}],
                            lr=args.lr, betas=(0.9, 0.99), weight_decay=0.0, fused=True)
    ema = {k: v.detach().clone() for k, v in net.state_dict().items()}
    if saved:
        opt.load_state_dict(saved["opt"])
        for group, rate in zip(opt.param_groups, (args.new_lr, args.lr)):
            group["rate"] = rate
        ema = saved["ema"]
    live, averaged, parameters = [net.state_dict()[k] for k in ema], list(ema.values()), list(net.parameters())
    shown = ControlNet().to(memory_format=torch.channels_last).eval()

    with np.load(args.work / "control" / f"{HELD_BACK}.npz") as held:
        rows, fixed = slice(1, 9), np.random.default_rng(4)
        prompts = held["captions"][rows].tolist()
        drawings = as_hints([sketch(*part, fixed, empty=0) for part in
                             zip(held["pictures"][rows], held["subjects"][rows], held["strokes"][rows])])

    def save():
        part = path.with_suffix(".part")
        torch.save({"model": net.state_dict(), "opt": opt.state_dict(), "ema": ema, "step": step}, part)
        part.replace(path)  # never a half-written checkpoint

    def show():
        shown.load_state_dict(ema)
        sheet(args.work / "samples" / f"control-{step:06d}.png", shown, nets, drawings, prompts)

    began = saved_at = shown_at = time.time()
    ran, means = 0, {}
    while True:
        minutes = (time.time() - began) / 60
        if minutes >= args.minutes:
            break
        rate = min(1, (step + 1) / 50, (ran + 1) / 20)
        if args.decay_minutes:
            rate *= max(0.03, min(1, (args.minutes - minutes) / args.decay_minutes))
        x0, states, hints, weights = data.batch(args.batch, hand)
        states[torch.rand(args.batch) < args.silent] = empty
        t = 1000 * torch.rand(args.batch)
        high = torch.rand(args.batch) < args.high
        t = torch.where(high, args.from_step + t * (1 - args.from_step / 1000), t).long().clamp(0, 999)
        a = alphas[t][:, None, None, None]
        noise = torch.randn_like(x0)
        noisy, target = a.sqrt() * x0 + (1 - a).sqrt() * noise, a.sqrt() * noise - (1 - a).sqrt() * x0
        noisy = noisy.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            out = unet(noisy, t, states, net(noisy, t, states, net.controlnet_cond_embedding(hints)))
        each = ((out.float() - target).pow(2) * weights).mean((1, 2, 3)) / weights.mean((1, 2, 3))
        loss = each.mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        for group in opt.param_groups:
            group["lr"] = group["rate"] * rate
        nn.utils.clip_grad_norm_(parameters, 1.0)
        opt.step()
        step, ran = step + 1, ran + 1
        torch._foreach_lerp_(averaged, live, 1 - min(args.ema, (1 + step) / (10 + step)))
        for early, value in zip((t >= args.from_step).tolist(), each.tolist()):
            means[early] = value if early not in means else 0.995 * means[early] + 0.005 * value

        now = time.time()
        if ran % 20 == 0:
            print(f"step {step} loss {means.get(True, 0):.4f} at high noise, {means.get(False, 0):.4f} below, "
                  f"{(now - began) / 60:.1f} min {(now - began) / ran:.2f} s/step, "
                  f"{len(data.shards)} shards", flush=True)
        if now - saved_at > 240:
            save()
            saved_at = now
        if now - shown_at > args.sheet_minutes * 60:
            show()
            shown_at = now
    save()
    show()
    print(f"done: {step} steps, {json.dumps(means)}", flush=True)


if __name__ == "__main__":
    main()
