"""Turns the UNet trained at 128 pixels into the final one for 256 pixels.

    python grow.py --work DIR        unet.pt -> unet.pt (the small one is kept as unet128.pt)

The small network becomes the inside of the final one: one more level is put
around it, so that a subject is still drawn by the same layers at the same
resolution of features. Fine-tuning the same network at twice the size would
have to learn every shape again, twice as large. The new level starts by
shrinking the noisy latents for the inside and enlarging its answer.
"""

import argparse
from pathlib import Path

import torch

from models import UNet


def grow(inner):
    """State dict of the small UNet -> state dict of the final one."""
    state = UNet().state_dict()
    for key, value in inner.items():
        if key.startswith("down_blocks."):
            _, number, rest = key.split(".", 2)
            key = f"down_blocks.{int(number) + 1}.{rest}"
        if not key.startswith("conv_in."):
            assert state[key].shape == value.shape, key
            state[key] = value.clone()

    # conv_in offers the latents as they are and moved by one to the left, up, and both ...
    latents = inner["conv_in.weight"].shape[1]
    w = state["conv_in.weight"]
    w[:4 * latents] = 0
    for y in range(2):
        for x in range(2):
            for c in range(latents):
                w[(2 * y + x) * latents + c, c, 1 + y, 1 + x] = 1
    state["conv_in.bias"].zero_()
    # ... from which the downsampler makes the old conv_in, applied to cells of 2 x 2:
    # old offset -> [(moved?, tap, share)] along one axis
    reach = {0: [(0, 0, 1.0)], 1: [(0, 1, 0.5), (0, 2, 0.5)], 2: [(1, 2, 1.0)]}
    old, new = inner["conv_in.weight"], state["down_blocks.0.downsamplers.0.conv.weight"]
    new.zero_()
    for oy in range(3):
        for ox in range(3):
            for my, ty, sy in reach[oy]:
                for mx, tx, sx in reach[ox]:
                    first = (2 * my + mx) * latents
                    # Averaging halves the noise: between keeping the signal (1) and the noise (2).
                    new[:, first:first + latents, ty, tx] += 1.5 * sy * sx * old[:, :, oy, ox]
    state["down_blocks.0.downsamplers.0.conv.bias"] = inner["conv_in.bias"].clone()

    # The way up: enlarge, and pass on what comes from inside.
    last = max(int(k.split(".")[1]) for k in state if k.startswith("up_blocks."))
    up = state[f"up_blocks.{last - 1}.upsamplers.0.conv.weight"]
    up.mul_(0.05)
    state[f"up_blocks.{last - 1}.upsamplers.0.conv.bias"].zero_()
    for c in range(len(up)):
        up[c, c, 1, 1] += 1
    for layer in range(2):
        short = state[f"up_blocks.{last}.resnets.{layer}.conv_shortcut.weight"]
        state[f"up_blocks.{last}.resnets.{layer}.conv_shortcut.bias"].zero_()
        short.mul_(0.3)
        short[:, :len(short)] = torch.eye(len(short))[..., None, None]
    return state


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    args = parser.parse_args()
    path = args.work / "unet.pt"
    saved = torch.load(path, map_location="cpu")
    path.rename(args.work / "unet128.pt")
    live = saved["ema"]
    state = {k: v for k, v in live.items() if k.startswith("text.")}
    inner = {k[len("unet."):]: v for k, v in live.items() if k.startswith("unet.")}
    torch.manual_seed(0)
    state.update({"unet." + k: v for k, v in grow(inner).items()})
    torch.save({"model": state, "ema": {k: v.clone() for k, v in state.items()}, "step": saved["step"]}, path)
    print(f"grown after {saved['step']} steps: {sum(v.numel() for v in state.values()) / 1e6:.1f} M numbers")


if __name__ == "__main__":
    main()
