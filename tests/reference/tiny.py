"""Loads the tiny models that models.py wrote, as f32."""

import json
from pathlib import Path

from diffusers import AutoencoderKL, AutoencoderTiny, PNDMScheduler, UNet2DConditionModel
from safetensors.torch import load_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer


def unet(folder):
    return UNet2DConditionModel.from_pretrained(folder).float().eval()


def vae(folder):
    return AutoencoderKL.from_pretrained(folder).float().eval()


def tiny_vae(folder):
    return AutoencoderTiny.from_pretrained(folder).float().eval()


def text_encoder(folder):
    """By hand: transformers 5 names the tensors otherwise than every published SD 1.x file."""
    folder = Path(folder)
    model = CLIPTextModel(CLIPTextConfig(**json.loads((folder / "config.json").read_text())))
    state = {n: t.float() for n, t in load_file(folder / "model.safetensors").items()}
    prefix = "" if any(n.startswith("text_model.") for n in model.state_dict()) else "text_model."
    model.load_state_dict({n.removeprefix(prefix): t for n, t in state.items()})
    return model.eval()


def final_layer_norm(model):
    return getattr(model, "text_model", model).final_layer_norm


def tokenizer(folder):
    return CLIPTokenizer.from_pretrained(folder)


def scheduler(folder):
    return PNDMScheduler.from_pretrained(folder)
