"""Writes the model in the layout of a diffusers folder, in f16.

    python export.py --work DIR --out ..

Takes the averaged weights (EMA) of the newest UNet checkpoint. The tokenizer
folder is written once by tokenizer.py.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from models import (SCHEDULER_CONFIG, TEXT_CONFIG, UNET_CONFIG, VAE_CONFIG, Autoencoder, TextEncoder, UNet)


def write(folder, name, config, weights=None, file=None):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    if weights is not None:
        half = {k: v.to(torch.float16).contiguous() for k, v in weights.items()}
        bad = [k for k, v in half.items() if not v.isfinite().all()]
        assert not bad, bad
        save_file(half, folder / file, metadata={"format": "pt"})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--checkpoint", default="unet.pt")
    parser.add_argument("--untrained", action="store_true", help="only the architecture, to try loaders with")
    args = parser.parse_args()
    if args.untrained:
        torch.manual_seed(0)
        vae, text, unet, factor = (Autoencoder().state_dict(), TextEncoder().state_dict(), UNet().state_dict(), 1.0)
    else:
        vae = torch.load(args.work / "autoencoder.pt", map_location="cpu")["model"]
        factor = json.loads((args.work / "scaling_factor.json").read_text())
        ema = torch.load(args.work / args.checkpoint, map_location="cpu")["ema"]
        text = {k[len("text."):]: v for k, v in ema.items() if k.startswith("text.")}
        unet = {k[len("unet."):]: v for k, v in ema.items() if k.startswith("unet.")}
    write(args.out / "vae", "config.json", {**VAE_CONFIG, "scaling_factor": factor}, vae,
          "diffusion_pytorch_model.safetensors")
    write(args.out / "text_encoder", "config.json", TEXT_CONFIG, text, "model.safetensors")
    write(args.out / "unet", "config.json", UNET_CONFIG, unet, "diffusion_pytorch_model.safetensors")
    write(args.out / "scheduler", "scheduler_config.json", SCHEDULER_CONFIG)
    write(args.out, "model_index.json", {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.30.0",
        "feature_extractor": [None, None],
        "image_encoder": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    })
    parts = ("model_index.json", "text_encoder", "tokenizer", "unet", "vae", "scheduler")
    size = sum(f.stat().st_size for p in parts for f in [args.out / p, *(args.out / p).rglob("*")] if f.is_file())
    print(f"{args.out}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
