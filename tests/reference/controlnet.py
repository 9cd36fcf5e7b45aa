"""Writes tiny control networks with random weights, and what diffusers makes of them.

  tiny-controlnet/               a ControlNet for tiny-sd, as a diffusers folder
  tiny-controlnet-second.safetensors
                                 another one in the original names (`control_model.input_hint_block.0.weight`, ...)
  tiny-controlnet-small/         one for tiny-unet-inpaint
  tiny-controlnet-text-time/     one for tiny-unet-text-time: text in the time embedding, which scales and shifts
  tiny-adapter/                  a full T2I-Adapter for tiny-sd, as a diffusers folder
  tiny-adapter-gray.safetensors  a full one for grey hints in TencentARC's names
  tiny-adapter-light.safetensors a light one in TencentARC's names; it has a level more than tiny-sd
  controlnet.safetensors         inputs and outputs of each
  control-tasks.json, .safetensors
                                 whole runs of diffusers' pipelines, as tasks.json (see TASKS.md)

All weights are exactly representable in f16; the references are computed in f32 from the rounded values.

usage: python controlnet.py GOLDEN_FOLDER [CHECKPOINT_KEYS_FOLDER]        # after models.py
"""

import json
import re
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import (
    ControlNetModel,
    StableDiffusionAdapterPipeline,
    StableDiffusionControlNetImg2ImgPipeline,
    StableDiffusionControlNetInpaintPipeline,
    StableDiffusionControlNetPipeline,
    T2IAdapter,
)
from PIL import Image
from safetensors.torch import save_file

import ldm_names
import tasks
import tiny
from models import half, save_diffusers, seed_weights

EMBEDDING = (4, 4, 8, 8)


# Names


def controlnet_name(name, layers):
    if m := re.match(r"controlnet_down_blocks\.(\d+)\.(.*)", name):
        return f"zero_convs.{m[1]}.0.{m[2]}"
    if m := re.match(r"controlnet_mid_block\.(.*)", name):
        return f"middle_block_out.0.{m[1]}"
    if m := re.match(r"controlnet_cond_embedding\.conv_in\.(.*)", name):
        return f"input_hint_block.0.{m[1]}"
    if m := re.match(r"controlnet_cond_embedding\.blocks\.(\d+)\.(.*)", name):
        return f"input_hint_block.{2 * (int(m[1]) + 1)}.{m[2]}"
    return ldm_names.unet_name(name, layers, set())


def original_controlnet(state, prefix=""):
    layers = ldm_names._layers(state)
    last = max(int(m[1]) for n in state if (m := re.match(r"controlnet_cond_embedding\.blocks\.(\d+)\.", n)))
    out = {}
    for name, tensor in state.items():
        if m := re.match(r"controlnet_cond_embedding\.conv_out\.(.*)", name):
            theirs = f"input_hint_block.{2 * (last + 2)}.{m[1]}"
        else:
            theirs = controlnet_name(name, layers)
        out[prefix + theirs] = tensor
    return out


def original_adapter(state, blocks):
    """diffusers' scripts/convert_original_t2i_adapter.py, backwards."""
    out = {}
    for name, tensor in state.items():
        name = name.removeprefix("adapter.")
        if m := re.match(r"body\.(\d+)\.resnets\.(\d+)\.(.*)", name):
            level, layer = int(m[1]), int(m[2])
            name = f"body.{level}.body.{layer}.{m[3]}" if blocks is None else f"body.{level * blocks + layer}.{m[3]}"
        elif blocks is not None and (m := re.match(r"body\.(\d+)\.in_conv\.(.*)", name)):
            name = f"body.{int(m[1]) * blocks}.in_conv.{m[2]}"
        out[name] = tensor
    return out


def check_names(keys):
    with torch.device("meta"):
        real = ControlNetModel(cross_attention_dim=768)
    found = {n: tuple(t.shape) for n, t in original_controlnet(real.state_dict()).items()}
    assert found == ldm_names.read_list(Path(keys) / "ControlNet-v1-SD.txt")
    print("name map: equal to the published list of ControlNet")


# Networks


def controlnet_for(unet, seed, **changes):
    """Of the shape of a UNet, with weights of its own."""
    config = {k: unet.config[k] for k in (
        "in_channels", "flip_sin_to_cos", "freq_shift", "down_block_types", "block_out_channels", "layers_per_block",
        "downsample_padding", "norm_num_groups", "norm_eps", "cross_attention_dim", "attention_head_dim",
        "use_linear_projection", "resnet_time_scale_shift", "addition_embed_type", "addition_embed_type_num_heads",
    )}
    config |= {"conditioning_embedding_out_channels": EMBEDDING, **changes}
    return seed_weights(ControlNetModel(**config), seed)


def write_networks(root):
    tiny_sd = tiny.unet(root / "tiny-sd" / "unet")
    first = controlnet_for(tiny_sd, 41)
    save_diffusers(first, root / "tiny-controlnet")
    second = controlnet_for(tiny_sd, 42)
    save_file(contiguous(original_controlnet(half(second.state_dict()), "control_model.")),
              root / "tiny-controlnet-second.safetensors")
    small = controlnet_for(tiny.unet(root / "tiny-unet-inpaint"), 44, in_channels=4)
    save_diffusers(small, root / "tiny-controlnet-small")
    text_time = controlnet_for(tiny.unet(root / "tiny-unet-text-time"), 45)
    save_diffusers(text_time, root / "tiny-controlnet-text-time")

    full = seed_weights(T2IAdapter(channels=[32, 64], num_res_blocks=1), 51)
    save_diffusers(full, root / "tiny-adapter")
    gray = seed_weights(T2IAdapter(in_channels=1, channels=[32, 64], num_res_blocks=2), 52)
    save_file(contiguous(original_adapter(half(gray.state_dict()), 2)), root / "tiny-adapter-gray.safetensors")
    light = seed_weights(T2IAdapter(channels=[32, 64], num_res_blocks=4, adapter_type="light_adapter"), 53)
    save_file(contiguous(original_adapter(half(light.state_dict()), None)), root / "tiny-adapter-light.safetensors")
    controlnets = {"first": first, "second": second, "small": small, "text-time": text_time}
    return controlnets, {"full": full, "gray": gray, "light": light}


def contiguous(state):
    return {n: t.contiguous().clone() for n, t in state.items()}


# Inputs and outputs


def hint(generator, height, width):
    return torch.rand((1, 3, height, width), generator=generator)


@torch.no_grad()
def network_goldens(root, controlnets, adapters):
    generator = torch.Generator().manual_seed(17)
    randn = lambda *shape: torch.randn(shape, generator=generator)
    tensors = {f"hint.{case}": hint(generator, *size) for case, size in {"square": (64, 64), "odd": (40, 56)}.items()}
    for name, network in controlnets.items():
        width = network.config.cross_attention_dim
        sizes = [("square", 1, 8, 8)] + ([("odd", 2, 5, 7)] if name == "first" else [])
        for case, pictures, height, columns in sizes:
            label = f"{name}.{case}"
            given = {
                "sample": randn(pictures, 4, height, columns), "timestep": torch.tensor([321.0]),
                "encoder_hidden_states": randn(pictures, 77, width),
            }
            tensors |= {f"{label}.{k}": v for k, v in given.items()}
            for mode, options in {"plain": dict(conditioning_scale=0.7), "guess": dict(guess_mode=True)}.items():
                if mode == "guess" and case != "square":
                    continue
                down, mid = network(given["sample"], given["timestep"], given["encoder_hidden_states"],
                                    tensors[f"hint.{case}"].repeat(pictures, 1, 1, 1), return_dict=False, **options)
                for index, residual in enumerate(down):
                    tensors[f"{label}.{mode}.down.{index}"] = residual
                tensors[f"{label}.{mode}.mid"] = mid
    pooled = controlnets["first"]
    pooled.register_to_config(global_pool_conditions=True)
    given = [tensors[f"first.square.{k}"] for k in ("sample", "timestep", "encoder_hidden_states")]
    down, mid = pooled(*given, tensors["hint.square"], return_dict=False)
    pooled.register_to_config(global_pool_conditions=False)
    for index, residual in enumerate(down):
        tensors[f"pooled.down.{index}"] = residual
    tensors["pooled.mid"] = mid

    unet = tiny.unet(root / "tiny-sd" / "unet")
    for name, network in adapters.items():
        # 5 x 7 places: halving rounds up.
        features = network(tensors["hint.odd"][:, :network.config.in_channels])
        for index, feature in enumerate(features):
            tensors[f"adapter.{name}.feature.{index}"] = feature
        given = [randn(1, 4, 5, 7), torch.tensor([500.0]), randn(1, 77, 32)]
        tensors |= {f"adapter.{name}.{k}": v for k, v in zip(("sample", "timestep", "encoder_hidden_states"), given)}
        output = unet(*given, down_intrablock_additional_residuals=[f.clone() for f in features[:2]]).sample
        tensors[f"adapter.{name}.output"] = output
    save_file(contiguous(tensors), root / "controlnet.safetensors")
    print("networks:", {n: round(float(t.std()), 2) for n, t in tensors.items() if n.endswith((".mid", ".output"))})


# Whole runs


class WithoutCallback:
    """The pipeline for adapters knows no callback at the end of a step."""

    def __init__(self, pipeline):
        self.pipeline = pipeline

    def __getattr__(self, name):
        return getattr(self.pipeline, name)

    def __call__(self, callback_on_step_end, **arguments):
        return self.pipeline(**arguments)


FROM_TEXT = (StableDiffusionControlNetPipeline, StableDiffusionAdapterPipeline)


class Writer(tasks.Writer):
    def run_with(self, name, kind, networks, sampler="euler", hints=(), **arguments):
        """`networks`: a ControlNet or several, or an adapter; `hints`: names of pictures in `self.tensors`."""
        part = "adapter" if kind is StableDiffusionAdapterPipeline else "controlnet"
        more = {"image_encoder": None} if part == "controlnet" else {}

        def made(**parts):
            pipeline = kind(**parts, **more, **{part: networks})
            return pipeline if part == "controlnet" else WithoutCallback(pipeline)

        made.__name__, made.__module__ = kind.__name__, kind.__module__
        self.run(name, made, sampler, **arguments)
        # Hints are told of by `hints`.
        told = {"image", "control_image"} if kind in FROM_TEXT else {"control_image"}
        self.cases[-1] = {k: v for k, v in self.cases[-1].items() if k not in told} | {"hints": list(hints)}
        self.tensors.pop(f"{name}.control_image", None)


def lines(seed, width=64, height=64):
    """A white circle and a line on black: what a sketch looks like."""
    y, x = np.mgrid[0:height, 0:width]
    ring = np.abs(np.hypot(x - 30 - seed, y - 34) - 17) < 1.5
    line = np.abs(x - y + 5 * seed) < 1.5
    return np.stack([255 * (ring | line).astype(np.uint8)] * 3, -1)


@torch.no_grad()
def task_goldens(root, controlnets, adapters):
    w = Writer(root)
    generator = torch.Generator().manual_seed(12)
    latents = torch.randn((1, 4, 8, 8), generator=generator)
    first, second, small = (controlnets[n] for n in ("first", "second", "small"))
    sketch, other = (Image.fromarray(lines(seed), "RGB") for seed in (0, 4))
    picture = np.stack(np.mgrid[0:64, 0:64][::-1].tolist() + [np.full((64, 64), 99)], -1) * [4, 4, 1]
    picture = Image.fromarray(picture.astype(np.uint8), "RGB")
    mask = np.zeros((64, 64), np.uint8)
    mask[16:56, 8:40] = 255
    mask = Image.fromarray(mask, "L")
    for name, image in {"picture": picture, "mask": mask, "sketch": sketch, "other": other}.items():
        w.tensors[name] = torch.from_numpy(np.array(image))

    common = dict(prompt=tasks.PROMPT, negative_prompt=tasks.NEGATIVE, guidance_scale=7.5, num_inference_steps=5)
    text = dict(latents=latents, height=64, width=64, **common)
    t2i = StableDiffusionControlNetPipeline
    one = dict(networks=first, hints=["sketch"])
    w.run_with("one", t2i, **one, image=sketch, controlnet_conditioning_scale=0.8, **text)
    w.run_with("one.dpmpp-2m", t2i, sampler="dpmpp-2m", **one, image=sketch, **text)
    w.run_with("one.unguided", t2i, **one, image=sketch, **{**text, "guidance_scale": 1.0})
    w.run_with("one.range", t2i, **one, image=sketch, control_guidance_start=0.2, control_guidance_end=0.6, **text)
    w.run_with("one.guess", t2i, **one, image=sketch, guess_mode=True, **text)
    w.run_with("single-file", t2i, networks=second, hints=["sketch"], image=sketch, **text)
    w.run_with("two", t2i, networks=[first, second], hints=["sketch", "other"], image=[sketch, other],
               controlnet_conditioning_scale=[0.7, 0.5], control_guidance_start=[0.0, 0.2],
               control_guidance_end=[0.8, 1.0], **text)
    w.run_with("image", StableDiffusionControlNetImg2ImgPipeline, **one, image=picture, control_image=sketch, strength=0.6,
               controlnet_conditioning_scale=1.0, control_guidance_end=0.7, **common)

    # `make_inpaint_condition` of the documentation of diffusers' StableDiffusionControlNetInpaintPipeline.
    condition = torch.from_numpy(np.array(picture)).float() / 255
    condition[torch.from_numpy(np.array(mask)).float() / 255 > 0.5] = -1.0
    condition = condition.permute(2, 0, 1)[None]
    inpaint = StableDiffusionControlNetInpaintPipeline
    sizes = dict(image=picture, mask_image=mask, height=64, width=64)
    w.run_with("inpaint", inpaint, networks=first, hints=["inpaint"], control_image=condition, strength=0.75,
               controlnet_conditioning_scale=1.0, **sizes, **common)
    w.run_with("inpaint.two", inpaint, networks=[first, second], hints=["inpaint", "sketch"],
               control_image=[condition, sketch], controlnet_conditioning_scale=[1.0, 0.5], strength=0.75, **sizes, **common)
    w.run_with("inpaint9", inpaint, networks=small, unet="tiny-unet-inpaint", hints=["sketch"], control_image=sketch,
               controlnet_conditioning_scale=1.0, strength=1.0, **sizes, **common)

    adapter = StableDiffusionAdapterPipeline
    w.run_with("adapter", adapter, networks=adapters["full"], hints=["sketch"], image=sketch,
               adapter_conditioning_scale=0.8, **text)
    w.run_with("adapter.gray", adapter, networks=adapters["gray"], hints=["sketch"], image=sketch.convert("L"), **text)

    document = {"about": "Whole runs with hints; layout in README.md, conventions in TASKS.md", "cases": w.cases}
    (root / "control-tasks.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    save_file(contiguous(w.tensors), root / "control-tasks.safetensors")


def main(root, keys=None):
    root = Path(root)
    if keys is not None:
        check_names(keys)
    with torch.no_grad():
        controlnets, adapters = write_networks(root)
    network_goldens(root, controlnets, adapters)
    task_goldens(root, controlnets, adapters)


if __name__ == "__main__":
    main(*sys.argv[1:])
