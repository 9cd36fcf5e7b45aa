"""diffusers tensor names -> those of the original single-file Stable Diffusion 1.x checkpoints.

Works from the names alone: how many resnets a level has is read off them. `check` proves the map against the
published name lists of the real model.
"""

import json
import re
from pathlib import Path

UNET_PREFIX = "model.diffusion_model."
VAE_PREFIX = "first_stage_model."
TEXT_PREFIX = "cond_stage_model.transformer."

RESNET_UNET = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
    "conv2": "out_layers.3", "conv_shortcut": "skip_connection",
}


def _layers(names):
    """Resnets in a level on the way down."""
    return 1 + max(int(m[1]) for n in names if (m := re.match(r"(?:encoder\.)?down_blocks\.\d+\.resnets\.(\d+)\.", n)))


def _unet_resnet(rest):
    part, tail = rest.split(".", 1)
    return f"{RESNET_UNET[part]}.{tail}"


def unet_name(name, layers, up_attention):
    simple = {
        "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
        "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2",
    }
    for ours, theirs in simple.items():
        if name.startswith(ours + "."):
            return theirs + name[len(ours) :]
    if m := re.match(r"down_blocks\.(\d+)\.(resnets|attentions|downsamplers)\.(\d+)\.(.*)", name):
        level, kind, index, rest = int(m[1]), m[2], int(m[3]), m[4]
        if kind == "downsamplers":
            return f"input_blocks.{(level + 1) * (layers + 1)}.0.op.{rest.removeprefix('conv.')}"
        block = f"input_blocks.{level * (layers + 1) + index + 1}"
        return f"{block}.0.{_unet_resnet(rest)}" if kind == "resnets" else f"{block}.1.{rest}"
    if m := re.match(r"up_blocks\.(\d+)\.(resnets|attentions|upsamplers)\.(\d+)\.(.*)", name):
        level, kind, index, rest = int(m[1]), m[2], int(m[3]), m[4]
        if kind == "upsamplers":
            # The upsampler shares the number of the level's last resnet and comes after its attention, if it has one.
            place = 2 if level in up_attention else 1
            return f"output_blocks.{level * (layers + 1) + layers}.{place}.{rest}"
        block = f"output_blocks.{level * (layers + 1) + index}"
        return f"{block}.0.{_unet_resnet(rest)}" if kind == "resnets" else f"{block}.1.{rest}"
    if m := re.match(r"mid_block\.(resnets|attentions)\.(\d+)\.(.*)", name):
        if m[1] == "attentions":
            return f"middle_block.1.{m[3]}"
        return f"middle_block.{2 * int(m[2])}.{_unet_resnet(m[3])}"
    raise KeyError(name)


def unet(state):
    """{diffusers name: tensor} -> {LDM name without prefix: tensor}"""
    layers = _layers(state)
    up_attention = {int(m[1]) for n in state if (m := re.match(r"up_blocks\.(\d+)\.attentions\.", n))}
    return {unet_name(n, layers, up_attention): t for n, t in state.items()}


VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}


def vae_name(name, levels):
    name = name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
    name = re.sub(r"mid_block\.resnets\.(\d+)", lambda m: f"mid.block_{int(m[1]) + 1}", name)
    if m := re.match(r"(.*)mid_block\.attentions\.0\.(.*)\.(weight|bias)$", name):
        return f"{m[1]}mid.attn_1.{VAE_ATTENTION[m[2]]}.{m[3]}"
    name = re.sub(r"down_blocks\.(\d+)\.resnets\.(\d+)", r"down.\1.block.\2", name)
    name = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0", r"down.\1.downsample", name)
    # The way up is numbered from the far end.
    name = re.sub(r"up_blocks\.(\d+)\.resnets\.(\d+)", lambda m: f"up.{levels - 1 - int(m[1])}.block.{m[2]}", name)
    name = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda m: f"up.{levels - 1 - int(m[1])}.upsample", name)
    return name


def vae(state):
    levels = 1 + max(int(m[1]) for n in state if (m := re.match(r"encoder\.down_blocks\.(\d+)\.", n)))
    out = {}
    for name, tensor in state.items():
        theirs = vae_name(name, levels)
        # LDM's attention is made of 1x1 convolutions where diffusers has linear layers.
        if re.search(r"mid\.attn_1\.(q|k|v|proj_out)\.weight$", theirs):
            tensor = tensor.reshape(*tensor.shape, 1, 1)
        out[theirs] = tensor
    return out


def text(state, positions):
    """CLIP keeps its own names; `positions` is the buffer of position ids that old files carry."""
    return {**state, "text_model.embeddings.position_ids": positions}


def single_file(unet_state, vae_state, text_state, positions):
    return {
        **{UNET_PREFIX + n: t for n, t in unet(unet_state).items()},
        **{VAE_PREFIX + n: t for n, t in vae(vae_state).items()},
        **{TEXT_PREFIX + n: t for n, t in text(text_state, positions).items()},
    }


def read_list(path):
    out = {}
    for line in Path(path).read_text().splitlines():
        if line.strip():
            name, shape = line.rsplit(" ", 1)
            out[name] = tuple(json.loads(shape))
    return out


def check(lists, unet_states, vae_state, text_state):
    """Compares names and shapes with the published lists of the real files."""
    import torch

    lists = Path(lists)
    for file, state in unet_states.items():
        got = {n: tuple(t.shape) for n, t in unet(state).items()}
        assert got == read_list(lists / file), file
    got = {n: tuple(t.shape) for n, t in vae(vae_state).items()}
    assert got == read_list(lists / "VAE-v1-SD.txt"), "VAE"
    positions = torch.arange(77)[None]
    got = {n.removeprefix("text_model."): tuple(t.shape) for n, t in text(text_state, positions).items()}
    assert got == read_list(lists / "CLIP-v1-SD.txt"), "CLIP"
