"""Writes text.safetensors + .json, unet.safetensors, vae.safetensors and taesd.safetensors: inputs and outputs of the
tiny models. Layout in README.md.

usage: python networks.py GOLDEN_FOLDER
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

import tiny

PROMPTS = [
    "",
    "a photograph of an astronaut riding a horse",
    "Oil painting, warm light; CAFÉ by the sea's edge!! 1920",
    "the quick brown fox " * 12,
]


def randn(generator, *shape):
    return torch.randn(shape, generator=generator)


def save(tensors, path):
    save_file({n: t.detach().contiguous().clone() for n, t in tensors.items()}, path)


def encode_prompt(tokenizer, text, prompts):
    ids = tokenizer(prompts, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    return ids, text(ids, output_hidden_states=True)


@torch.no_grad()
def text_goldens(root):
    tensors = {}
    tokenizer = tiny.tokenizer(root / "tiny-sd" / "tokenizer")
    model = tiny.text_encoder(root / "tiny-sd" / "text_encoder")
    ids, output = encode_prompt(tokenizer, model, PROMPTS)
    norm = tiny.final_layer_norm(model)
    tensors["tiny-sd.input_ids"] = ids
    tensors["tiny-sd.last_hidden_state"] = output.last_hidden_state
    # hidden_states[0] is the embedding, [k] the output of layer k; the last is *before* final_layer_norm.
    # Only of the second prompt.
    for k, hidden in enumerate(output.hidden_states):
        tensors[f"tiny-sd.hidden_states.{k}"] = hidden[1:2]
    assert torch.equal(norm(output.hidden_states[-1]), output.last_hidden_state)
    for skip in (2, 3):
        # A1111's "clip skip 2" is the last but one layer.
        tensors[f"tiny-sd.clip_skip.{skip}"] = norm(output.hidden_states[-skip])
    gelu = tiny.text_encoder(root / "tiny-text-gelu")
    ids = torch.randint(0, 62, (2, 77), generator=torch.Generator().manual_seed(5))
    output = gelu(ids, output_hidden_states=True)
    tensors["tiny-text-gelu.input_ids"] = ids
    tensors["tiny-text-gelu.last_hidden_state"] = output.last_hidden_state
    save(tensors, root / "text.safetensors")
    (root / "text.json").write_text(json.dumps({"tiny-sd.prompts": PROMPTS}, indent=1, ensure_ascii=False) + "\n")
    print("text: spread over prompts", float(tensors["tiny-sd.last_hidden_state"].std(0).mean()))


@torch.no_grad()
def unet_goldens(root):
    tensors = {}
    generator = torch.Generator().manual_seed(7)
    variants = {
        "tiny-sd": root / "tiny-sd" / "unet", "tiny-unet-inpaint": root / "tiny-unet-inpaint",
        "tiny-unet-pix2pix": root / "tiny-unet-pix2pix", "tiny-unet-v": root / "tiny-unet-v",
        "tiny-unet-text-time": root / "tiny-unet-text-time",
    }
    for name, folder in variants.items():
        model = tiny.unet(folder)
        channels, width = model.config.in_channels, model.config.cross_attention_dim

        def case(label, batch, height, width_, timestep, tokens, **more):
            sample = randn(generator, batch, channels, height, width_)
            context = randn(generator, batch, tokens, width)
            t = torch.tensor(timestep, dtype=torch.float32)
            key = f"{name}.{label}"
            tensors[f"{key}.sample"] = sample
            tensors[f"{key}.timestep"] = t
            tensors[f"{key}.encoder_hidden_states"] = context
            for kind, values in more.items():
                for i, value in enumerate(values):
                    tensors[f"{key}.{kind}.{i}"] = value
            arguments = {}
            if "down_residual" in more:
                arguments = dict(
                    down_block_additional_residuals=tuple(more["down_residual"]),
                    mid_block_additional_residual=more["mid_residual"][0],
                )
            out = model(sample, t, context, **arguments).sample
            tensors[f"{key}.output"] = out
            # The goldens are worth little if an input hardly matters.
            away = model(sample, t, -context, **arguments).sample
            later = model(sample, t * 0.5, context, **arguments).sample
            rel = lambda other: float((other - out).norm() / out.norm())
            print(f"{key}: std {float(out.std()):.3f}, context moves it {rel(away):.3f}, time {rel(later):.3f}")

        case("square", 1, 8, 8, [500.0], 77)
        case("batch", 2, 8, 16, [981.0, 20.25], 154)
        if name != "tiny-sd":
            continue
        case("wide", 1, 24, 40, [1.0], 77)
        # Not a multiple of the down-sampling: each up-sampler goes to the size of the skip it meets.
        case("odd", 1, 9, 13, [250.0], 77)
        # What a ControlNet adds: one tensor for every skip connection, and one after the middle.
        shapes = []
        hooks = [
            block.register_forward_hook(lambda m, a, o: shapes.extend(r.shape for r in o[1])) for block in model.down_blocks
        ]
        hooks.append(model.conv_in.register_forward_hook(lambda m, a, o: shapes.append(o.shape)))
        hooks.append(model.mid_block.register_forward_hook(lambda m, a, o: shapes.append(o.shape)))
        inputs = randn(generator, 1, channels, 8, 8), torch.tensor([10.0]), randn(generator, 1, 77, width)
        model(*inputs)
        for hook in hooks:
            hook.remove()
        residuals = [0.5 * randn(generator, *shape) for shape in shapes]
        case("control", 1, 8, 8, [750.0], 77, down_residual=residuals[:-1], mid_residual=residuals[-1:])
        # Inside the square case, for finding where a port goes astray.
        stages = {}
        def keep(label):
            return lambda m, a, o: stages.__setitem__(label, o[0] if isinstance(o, tuple) else o)
        places = {
            "time_embedding": model.time_embedding, "conv_in": model.conv_in, "mid_block": model.mid_block,
            "down_blocks.0.resnets.0": model.down_blocks[0].resnets[0],
            "down_blocks.0.attentions.0": model.down_blocks[0].attentions[0],
            "down_blocks.0.downsamplers.0": model.down_blocks[0].downsamplers[0],
            "down_blocks.1": model.down_blocks[1], "up_blocks.0": model.up_blocks[0], "up_blocks.1": model.up_blocks[1],
        }
        hooks = [module.register_forward_hook(keep(label)) for label, module in places.items()]
        model(*(tensors[f"{name}.square.{k}"] for k in ("sample", "timestep", "encoder_hidden_states")))
        for hook in hooks:
            hook.remove()
        for label, value in stages.items():
            tensors[f"{name}.square.inside.{label}"] = value
    save(tensors, root / "unet.safetensors")


@torch.no_grad()
def vae_goldens(root):
    generator = torch.Generator().manual_seed(9)
    model = tiny.vae(root / "tiny-sd" / "vae")
    tensors = {}
    for label, height, width in (("square", 32, 32), ("tall", 48, 24)):
        picture = torch.rand((1, 3, height, width), generator=generator) * 2 - 1
        latent = randn(generator, 1, 4, height // 8, width // 8)
        posterior = model.encode(picture).latent_dist
        decoded = model.decode(latent).sample
        tensors |= {
            f"{label}.picture": picture, f"{label}.mean": posterior.mean, f"{label}.logvar": posterior.logvar,
            f"{label}.latent": latent, f"{label}.decoded": decoded,
        }
        print(f"vae {label}: mean std {float(posterior.mean.std()):.3f}, decoded std {float(decoded.std()):.3f}")
    save(tensors, root / "vae.safetensors")

    model = tiny.tiny_vae(root / "tiny-taesd")
    tensors = {}
    for label, height, width in (("square", 32, 32), ("tall", 48, 24)):
        picture = torch.rand((1, 3, height, width), generator=generator) * 2 - 1
        latent = randn(generator, 1, 4, height // 8, width // 8)
        encoded, decoded = model.encode(picture).latents, model.decode(latent).sample
        tensors |= {
            f"{label}.picture": picture, f"{label}.encoded": encoded, f"{label}.latent": latent, f"{label}.decoded": decoded,
        }
        print(f"taesd {label}: encoded std {float(encoded.std()):.3f}, decoded std {float(decoded.std()):.3f}")
    save(tensors, root / "taesd.safetensors")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    torch.manual_seed(0)
    text_goldens(folder)
    unet_goldens(folder)
    vae_goldens(folder)
