"""Points the UNet's cross-attention at the text states that describe each place.

    python align.py --work DIR        unet.pt + text.pt -> unet.pt

train_text.py makes the last 64 text states describe the 8 x 8 cells of the
picture. Where the UNet attends on a 4 x 4 grid with four heads, head h at place
p is to look at cell h (of four) under p; on the 8 x 8 grid at its own cell. Attention finds such a pairing by itself
only after very long training, but it is linear regression: the queries are
fitted to a code for the place (convolutions know where they are from the
padding at the borders), the keys are what the reader of places found.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from models import TextEncoder, UNet, cosine_schedule
from threads import set_threads
from tokenizer import Tokenizer
from train_text import FIRST, GRID, HERE

PLACES = 4  # a side of the coarsest grid on which the UNet attends to a 256-pixel picture
SHARP = 14.0  # the attention logit of the right state, against about 0 for the others


def ridge(x, y, strength=1e-3):
    """Least squares y = x w.T, with a little decay; x has no constant because the layers have no bias."""
    x, y = x.double(), y.double()
    gram = x.T @ x
    gram += strength * gram.diagonal().mean() * torch.eye(len(gram), dtype=gram.dtype)
    w = torch.linalg.solve(gram, x.T @ y).T
    error = ((x @ w.T - y) ** 2).mean() / y.var()
    return w.float(), 1 - error.item()


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--suffix", default="")
    parser.add_argument("--count", type=int, default=192)
    args = parser.parse_args()
    set_threads()
    torch.manual_seed(0)
    saved = torch.load(args.work / "unet.pt", map_location="cpu")
    taught = torch.load(args.work / "text.pt", map_location="cpu")
    state = {k: v for k, v in saved["ema"].items() if k.startswith("unet.")}
    unet, text = UNet(), TextEncoder()
    # Attention that the saved network does not have yet starts fresh.
    unet.load_state_dict({k[len("unet."):]: v for k, v in state.items()}, strict=False)
    text.load_state_dict(taught["text"])
    unet.to(memory_format=torch.channels_last).eval()

    tokenizer = Tokenizer(HERE.parent / "tokenizer")
    latents = np.load(args.work / f"latents256{args.suffix}.npy", mmap_mode="r")
    infos = json.loads((args.work / f"pictures{args.suffix}.json").read_text())[:len(latents)]
    rows = np.sort(np.random.default_rng(0).choice(len(latents), args.count, replace=False))
    x0 = torch.from_numpy(np.array(latents[rows])).float()
    context = text(torch.tensor([tokenizer(infos[r]["caption"]) for r in rows]))
    t = torch.randint(700, 1000, (args.count,))
    a = cosine_schedule()[t][:, None, None, None]
    noisy = a.sqrt() * x0 + (1 - a).sqrt() * torch.randn_like(x0)

    heads, seen, hooks = 4, {}, []
    blocks = {n: m for n, m in unet.named_modules() if n.endswith("attn2")}
    for name, module in blocks.items():
        hooks.append(module.register_forward_pre_hook(
            lambda m, inputs, name=name: seen.setdefault(name, []).append(inputs[0].float())))
    for i in range(0, args.count, 16):
        with torch.autocast("cpu", torch.bfloat16):
            unet(noisy[i:i + 16].contiguous(memory_format=torch.channels_last), t[i:i + 16], context[i:i + 16])

    # The reader's row of a cell is what a key compares a state with.
    where = taught["readers"]["3.weight"]
    where = where - where.mean(0)
    scores = context @ where.T  # (picture, state, cell)
    right = scores[:, FIRST:].diagonal(dim1=1, dim2=2)
    others = (scores.sum(1) - right) / (context.shape[1] - 1)
    where = where / (right.mean() - others.mean())  # the right state scores 1 above the others
    where = where.view(GRID, GRID, -1)
    found = (scores[:, FIRST:].argmax(2) == torch.arange(GRID * GRID)).float().mean().item()
    # The readers' directions, strongest first: what a value should carry.
    reader = taught["readers"]["0.weight"]
    cells = (context[:, FIRST:] @ reader.T).flatten(0, 1)
    cells = cells - cells.mean(0)
    directions = torch.linalg.svd(cells[::4], full_matrices=False)[2]
    values = directions @ reader  # (components, width)
    values = values / (cells @ directions.T).std(0).clamp(min=0.02)[:, None]

    for n, (name, module) in enumerate(blocks.items()):
        features = torch.cat(seen[name])
        grid = round(features.shape[1] ** 0.5)
        width = module.to_q.weight.shape[0]
        wide = width // heads
        if grid == PLACES:
            # One code a place; head h looks at cell h under it.
            query = torch.eye(grid * grid)
            keys = where.unflatten(0, (grid, -1)).unflatten(2, (grid, -1)).permute(1, 3, 0, 2, 4).flatten(0, 1).flatten(1, 2)
            first = 0 if n % 2 == 0 else min(wide, len(values) - wide)
            value = values[first:first + wide].repeat(heads, 1)
        else:
            # As many places as cells: a code for the row and one for the column, all heads alike.
            axis = torch.eye(grid)
            query = torch.cat([axis.repeat_interleave(grid, 0), axis.repeat(grid, 1)], 1)
            keys = torch.cat([where.sum(1), where.sum(0)]).expand(heads, -1, -1)
            value = values[:width]
        dims = query.shape[1]
        amplitude = (SHARP * wide ** 0.5) ** 0.5
        q, fit = ridge(features.flatten(0, 1), query.repeat(len(features), 1) * amplitude)
        for weight, fitted in ((module.to_q.weight, q.expand(heads, -1, -1)), (module.to_k.weight, keys * amplitude)):
            # The first dimensions of every head take the codes; the rest keeps learning freely.
            weight.mul_(0.3)
            weight.view(heads, wide, -1)[:, :dims] = fitted
        module.to_v.weight[:len(value)] = value
        print(f"{name}: {grid} x {grid}, places known {fit:.2f}, cells known {found:.2f}")
    merged = {"unet." + k: v.clone() for k, v in unet.state_dict().items()}
    merged.update({"text." + k: v.clone() for k, v in text.state_dict().items()})
    torch.save({"model": merged, "ema": {k: v.clone() for k, v in merged.items()}, "step": saved["step"]},
               args.work / "unet.pt")


if __name__ == "__main__":
    main()
