"""Trains the autoencoder on the composed pictures, then caches their latents.

    python train_autoencoder.py --work DIR --minutes 15      train (resumes)
    python train_autoencoder.py --work DIR --encode           write latents
    python train_autoencoder.py --work DIR --minutes 10 --decoder-only   afterwards, sharper

Training works on crops of `--side` pixels, from the 256-pixel pictures (full
detail) and from copies at half size (more content), and now and then on a
whole picture, so that norms and attention meet their real sizes. 64 first,
then 128: the number of steps is what counts in the beginning.

`--encode` writes latents.npy (f16, already multiplied
by the scaling factor, which is measured here: 1 / standard deviation).
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
from PIL import Image

from models import VAE_CONFIG, Autoencoder


def to_tensor(pictures):
    x = torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


def halve(x):
    return F.avg_pool2d(x, 2)


def edges(x):
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def reconstruction_loss(y, x):
    """L1 on the picture and two smaller copies, and on neighbour differences, which keeps edges
    sharp; and L2, which will not leave a few colours entirely wrong."""
    loss = (y - x).abs().mean() + 2 * (y - x).pow(2).mean()
    for a, b in zip(edges(y), edges(x)):
        loss = loss + (a - b).abs().mean()
    for _ in range(2):
        y, x = halve(y), halve(x)
        loss = loss + 0.5 * (y - x).abs().mean()
    return loss


def batch_of(pictures, rng, size, side):
    """A batch of the training mixture; see the head of the file."""
    r = rng.random()
    if r < 0.06:
        count = max(1, size * side * side // 256 ** 2)
        return to_tensor(pictures[sorted(rng.sample(range(len(pictures)), count))])
    cut = 2 * side if r < 0.5 else side
    crops = []
    for n in sorted(rng.sample(range(len(pictures)), size)):
        y, x = rng.randint(0, 256 - cut), rng.randint(0, 256 - cut)
        crops.append(pictures[n, y:y + cut, x:x + cut])
    crops = to_tensor(np.stack(crops))
    return halve(crops).contiguous(memory_format=torch.channels_last) if cut > side else crops


def contact_sheet(model, pictures, path):
    x = to_tensor(pictures[:8])
    with torch.no_grad():
        y = model.decode(model.encode(x)[0]).clamp(-1, 1)
    rows = [torch.cat(list(t), 2) for t in (x, y)]
    sheet = ((torch.cat(rows, 1).permute(1, 2, 0) + 1) * 127.5).round().byte().numpy()
    Image.fromarray(sheet).save(path)
    return -10 * math.log10(((x - y) / 2).pow(2).mean().item())


@torch.no_grad()
def start_linear(model):
    """Lets the untrained network pass its input on: samplers average or repeat,
    shortcuts copy channels, and the residual branches start weak. From the
    usual random start a network this small needs many more steps to find colour."""
    for name, m in model.named_modules():
        if isinstance(m, torch.nn.Conv2d):
            w = m.weight
            if name.endswith("conv2"):
                w.mul_(0.3)
            elif "downsamplers" in name:
                w.mul_(0.1)
                for i in range(len(w)):
                    w[i, i, :2, :2] += 0.25
            elif "upsamplers" in name:
                w.mul_(0.1)
                for i in range(len(w)):
                    w[i, i, 1, 1] += 1
            elif name.endswith("conv_shortcut"):
                w.zero_()
                cout, cin = w.shape[:2]
                for i in range(max(cin, cout)):
                    w[i % cout, i % cin] = 1 if cout >= cin else (cout / cin) ** 0.5
            m.bias.zero_()


def train(args, model, pictures, device):
    opt = torch.optim.AdamW(model.parameters(), lr=args.lr, betas=(0.9, 0.99), weight_decay=0.0)
    path, step = args.work / "autoencoder.pt", 0
    if path.exists():
        saved = torch.load(path, map_location="cpu")
        model.load_state_dict(saved["model"])
        opt.load_state_dict(saved["opt"])
        step = saved["step"]
    else:
        start_linear(model)
    if args.decoder_only:
        model.encoder.requires_grad_(False)
        model.quant_conv.requires_grad_(False)
    rng, mean, began, shown = random.Random(step), None, time.time(), time.time()

    def save():
        torch.save({"model": model.state_dict(), "opt": opt.state_dict(), "step": step}, path)

    while True:
        now = time.time()
        done = (time.time() - began) / (args.minutes * 60)
        if done >= 1:
            break
        # The rate falls over the second half of the run.
        for g in opt.param_groups:
            g["lr"] = args.lr * min(1, (step + 1) / 50, max(0.02, 2 * (1 - done)))
        x = batch_of(pictures, rng, args.batch, args.side).to(device)
        with torch.autocast(device.type, torch.bfloat16):
            mu, logvar = model.encode(x)
            mu, logvar = mu.float(), logvar.float()
            # A UNet's latents are never quite an encoder's: the last decoder learns to bear that.
            blur = 0.05 * mu.std() if args.decoder_only else (0.5 * logvar).exp()
            z = mu + torch.randn_like(mu) * blur
            y = model.decode(z).float()
        kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).mean()
        rec = reconstruction_loss(y, x)
        loss = rec + args.kl * kl
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        step += 1
        mean = rec.item() if mean is None else 0.98 * mean + 0.02 * rec.item()
        if step % 50 == 0:
            print(f"step {step} loss {mean:.4f} kl {kl.item():.2f} "
                  f"{(time.time() - began) / 60:.1f} min, {done:.0%}", flush=True)
        if time.time() - shown > 120:
            shown = time.time()
            save()
    save()
    print(f"done: {step} steps, PSNR {contact_sheet(model, pictures, args.work / 'autoencoder.png'):.2f} dB", flush=True)


@torch.no_grad()
def encode(args, model, pictures, device):
    saved = torch.load(args.work / "autoencoder.pt", map_location="cpu")
    model.load_state_dict(saved["model"])
    model.eval()
    scale_file = args.work / "scaling_factor.json"

    def latents(x):
        with torch.autocast(device.type, torch.bfloat16):
            return model.encode(x.to(device))[0].float().cpu()

    if scale_file.exists():
        factor = json.loads(scale_file.read_text())
    else:
        rng = np.random.default_rng(0)
        some = pictures[np.sort(rng.choice(len(pictures), min(256, len(pictures)), replace=False))]
        z = torch.cat([latents(to_tensor(some[i:i + 16])) for i in range(0, len(some), 16)])
        factor = round(1 / z.std().item(), 5)
        scale_file.write_text(json.dumps(factor))
        print("scaling factor", factor, "channel means", z.mean((0, 2, 3)).mul(factor).tolist(),
              "channel deviations", z.std((0, 2, 3)).mul(factor).tolist(), flush=True)
    channels = VAE_CONFIG["latent_channels"]
    target = args.work / f"latents{args.suffix}.npy"
    out = np.lib.format.open_memmap(target, "w+", np.float16, (len(pictures), channels, 32, 32))
    for i in range(0, len(pictures), 16):
        out[i:i + 16] = (latents(to_tensor(pictures[i:i + 16])) * factor).numpy().astype(np.float16)
        if i % 512 == 0:
            print(target.name, i, flush=True)
    out.flush()
    print(target.name, "done", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--kl", type=float, default=3e-4)
    parser.add_argument("--decoder-only", action="store_true", help="the latents stay what they are")
    parser.add_argument("--encode", action="store_true")
    parser.add_argument("--limit", type=int, default=0, help="encode only the first so many pictures")
    parser.add_argument("--pictures", default="pictures")
    parser.add_argument("--suffix", default="", help="appended to the latents' file names")
    args = parser.parse_args()
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pictures = np.load(args.work / f"{args.pictures}.npy", mmap_mode="r")
    if args.limit:
        pictures = pictures[:args.limit]
    model = Autoencoder().to(device, memory_format=torch.channels_last)
    (encode if args.encode else train)(args, model, pictures, device)


if __name__ == "__main__":
    main()
