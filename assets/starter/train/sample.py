"""Samples prompts.txt (or --prompts) with torch, for a first look without the program.

    python sample.py --work DIR --out DIR2 [--checkpoint unet.pt] [--size 256]
"""

import argparse
import json
from pathlib import Path

import torch
from PIL import Image

from judge import HERE, read_prompts
from models import Autoencoder, TextEncoder, UNet, sample
from tokenizer import Tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--checkpoint", default="unet.pt")
    parser.add_argument("--prompts", type=Path, default=HERE / "prompts.txt")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    ema = torch.load(args.work / args.checkpoint, map_location="cpu")["ema"]
    nets = {}
    for name, net in (("text", TextEncoder()), ("unet", UNet())):
        net.load_state_dict({k[len(name) + 1:]: v for k, v in ema.items() if k.startswith(name + ".")})
        nets[name] = net.to(device, memory_format=torch.channels_last).eval()
    vae = Autoencoder()
    vae.load_state_dict(torch.load(args.work / "autoencoder.pt", map_location="cpu")["model"])
    vae.to(device).eval()
    factor = json.loads((args.work / "scaling_factor.json").read_text())
    tokenizer = Tokenizer(HERE.parent / "tokenizer")
    prompts = read_prompts(args.prompts)
    for first in range(0, len(prompts), 10):
        tokens = torch.tensor([tokenizer(p[-1]) for p in prompts[first:first + 10]])
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
            z = sample(nets["unet"], nets["text"], tokens, torch.tensor([tokenizer("")]),
                       (len(tokens), 8, args.size // 8, args.size // 8), args.steps, args.guidance, args.seed + first)
            x = vae.decode(z / factor).float().clamp(-1, 1).cpu()
        for i, p in enumerate(x):
            pixels = ((p.permute(1, 2, 0) + 1) * 127.5).round().byte().numpy()
            Image.fromarray(pixels).save(args.out / f"{first + i:03}.png")


if __name__ == "__main__":
    main()
