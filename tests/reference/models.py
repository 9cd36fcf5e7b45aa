"""Writes the tiny models with random weights, and the names and shapes of the real SD 1.5.

  tiny-sd/                   a whole diffusers folder, shaped like SD 1.5, weights f16
  tiny-sd.safetensors, .ckpt the same weights as a single-file checkpoint in the original names
  tiny-unet-inpaint/ ...     variants
  sd15-diffusers-names.json.gz

All weights are exactly representable in f16; the references are computed in f32 from the rounded values.

usage: python models.py OUT_FOLDER MERGES.txt.gz [CHECKPOINT_KEYS_FOLDER]
"""

import gzip
import json
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

import ldm_names
from tokenizer_files import write_tokenizer

TINY_MERGES = 400

SCHEDULER = {
    "_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "beta_start": 0.00085, "clip_sample": False, "num_train_timesteps": 1000, "set_alpha_to_one": False,
    "skip_prk_steps": True, "steps_offset": 1, "trained_betas": None,
}
MODEL_INDEX = {
    "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.6.0",
    "feature_extractor": [None, None], "safety_checker": [None, None],
    "scheduler": ["diffusers", "PNDMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}

# 32 groups and 8 heads as in SD 1.x, because a single-file checkpoint does not say how many and readers assume these.
# The second level has two channels a group: with one, each group norm would take away what the timestep has added.
UNET = dict(
    sample_size=8, in_channels=4, out_channels=4, block_out_channels=(32, 64), layers_per_block=1,
    down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    cross_attention_dim=32, attention_head_dim=8, norm_num_groups=32,
)
# Free of a checkpoint's conventions, hence smaller, and with levels of different widths.
SMALL = {**UNET, "block_out_channels": (16, 32), "norm_num_groups": 8, "attention_head_dim": 4}
UNETS = {
    "tiny-unet-inpaint": {**SMALL, "in_channels": 9},
    "tiny-unet-pix2pix": {**SMALL, "in_channels": 8},
    # Like SD 2.x: linear projections, heads per level (really a number of heads, whatever the key says).
    "tiny-unet-v": {
        **SMALL, "use_linear_projection": True,
        "attention_head_dim": [2, 4], "cross_attention_dim": 24,
        "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    },
    # As in DeepFloyd IF the text also speaks through the time embedding, which scales as well as shifts.
    "tiny-unet-text-time": {
        **SMALL, "addition_embed_type": "text", "addition_embed_type_num_heads": 3, "cross_attention_dim": 24,
        "resnet_time_scale_shift": "scale_shift",
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
    },
}
VAE = dict(
    in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(32, 32, 32, 32), layers_per_block=1,
    down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, norm_num_groups=32,
    sample_size=64, scaling_factor=0.18215,
)
TINY_VAE = dict(
    encoder_block_out_channels=(16,) * 4, decoder_block_out_channels=(16,) * 4, num_encoder_blocks=(1, 2, 2, 2),
    num_decoder_blocks=(2, 2, 2, 1),
)


def text_config(vocabulary, **changes):
    return CLIPTextConfig(
        **{
            **dict(
                vocab_size=vocabulary, hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
                max_position_embeddings=77, hidden_act="quick_gelu", projection_dim=32, pad_token_id=1,
                bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1,
            ),
            **changes,
        }
    )


def seed_weights(model, seed):
    """Default initialisation, made livelier: without this, norms are identities and most activations close to nothing."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            z = torch.randn(p.shape, generator=generator)
            if p.ndim == 1 and name.endswith("weight"):
                p.copy_(1 + 0.25 * z)
            elif p.ndim == 1:
                p.copy_(0.15 * z)
            elif "embedding" in name and p.ndim == 2 and not name.startswith(("time_embedding", "add_embedding")):
                p.copy_(0.5 * z)
            else:
                p.copy_(z * 0.95 / p[0].numel() ** 0.5)
            p.copy_(p.half().float())
    return model.eval()


def text_state(model):
    """transformers 5 dropped the prefix that every published SD 1.x text encoder has; put it back."""
    return {n if n.startswith("text_model.") else f"text_model.{n}": t for n, t in model.state_dict().items()}


def half(state):
    return {n: t.half().contiguous() for n, t in state.items()}


def save_text(model, folder):
    folder.mkdir(parents=True, exist_ok=True)
    save_file(half(text_state(model)), folder / "model.safetensors", metadata={"format": "pt"})
    c = model.config
    keys = (
        "attention_dropout bos_token_id eos_token_id hidden_act hidden_size intermediate_size layer_norm_eps "
        "max_position_embeddings num_attention_heads num_hidden_layers pad_token_id projection_dim vocab_size"
    ).split()
    config = {"architectures": ["CLIPTextModel"], "model_type": "clip_text_model"} | {k: getattr(c, k) for k in keys}
    write_json(folder / "config.json", config)


def save_diffusers(model, folder):
    folder.mkdir(parents=True, exist_ok=True)
    save_file(half(model.state_dict()), folder / "diffusion_pytorch_model.safetensors", metadata={"format": "pt"})
    # `block_out_channels` of AutoencoderTiny is not an argument of it, only noted.
    skipped = {"block_out_channels"} if isinstance(model, AutoencoderTiny) else set()
    config = {k: v for k, v in model.config.items() if not k.startswith("_") and k not in skipped}
    write_json(folder / "config.json", {"_class_name": type(model).__name__, **config})


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def real_models():
    """SD 1.5's models without weights."""
    with torch.device("meta"):
        unets = {
            channels: UNet2DConditionModel(
                sample_size=64, in_channels=channels, out_channels=4, block_out_channels=(320, 640, 1280, 1280),
                layers_per_block=2, cross_attention_dim=768, attention_head_dim=8, norm_num_groups=32,
            )
            for channels in (4, 9, 8)
        }
        vae = AutoencoderKL(
            **{**VAE, "block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "sample_size": 512},
        )
        text = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=49408, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
                max_position_embeddings=77, hidden_act="quick_gelu", projection_dim=768,
            )
        )
    return unets, vae, text


def write_names(out, unets, vae, text):
    shapes = lambda state: {n: list(t.shape) for n, t in state.items()}
    names = {
        "about": "diffusers tensor names and shapes of SD 1.5; unet_9 is the inpainting one, unet_8 instruct-pix2pix. "
        "Text encoder files of older date also hold text_model.embeddings.position_ids [1, 77].",
        **{f"unet_{c}": shapes(u.state_dict()) for c, u in unets.items()},
        "vae": shapes(vae.state_dict()),
        "text_encoder": shapes(text_state(text)),
    }
    data = json.dumps(names, separators=(",", ":")).encode()
    (out / "sd15-diffusers-names.json.gz").write_bytes(gzip.compress(data, mtime=0))


def main(out, merges, keys=None):
    out = Path(out)
    unets, vae, text = real_models()
    if keys is not None:
        ldm_names.check(
            keys,
            {
                "UNET-v1-SD.txt": unets[4].state_dict(), "UNET-v1-Inpainting.txt": unets[9].state_dict(),
                "UNET-v1-Pix2Pix.txt": unets[8].state_dict(),
            },
            vae.state_dict(), text_state(text),
        )
        print("name map: equal to the published lists of UNet (4, 9, 8 channels), VAE and CLIP")
    write_names(out, unets, vae, text)

    folder = out / "tiny-sd"
    vocabulary = write_tokenizer(folder / "tokenizer", merges, TINY_MERGES)
    text = seed_weights(CLIPTextModel(text_config(vocabulary)), 1)
    unet = seed_weights(UNet2DConditionModel(**UNET), 2)
    vae = seed_weights(AutoencoderKL(**VAE), 3)
    save_text(text, folder / "text_encoder")
    save_diffusers(unet, folder / "unet")
    save_diffusers(vae, folder / "vae")
    (folder / "scheduler").mkdir(exist_ok=True)
    write_json(folder / "scheduler" / "scheduler_config.json", SCHEDULER)
    write_json(folder / "model_index.json", MODEL_INDEX)

    positions = torch.arange(77)[None]
    state = ldm_names.single_file(
        half(unet.state_dict()), half(vae.state_dict()), half(text_state(text)), positions
    )
    save_file({n: t.contiguous() for n, t in state.items()}, out / "tiny-sd.safetensors")
    # A training checkpoint's other entries, which a reader has to pass over.
    extras = {"epoch": 3, "global_step": 1000, "pytorch-lightning_version": "1.4.2", "lr_schedulers": []}
    torch.save({**extras, "state_dict": {n: t.contiguous() for n, t in state.items()}}, out / "tiny-sd.ckpt")

    for index, (name, config) in enumerate(UNETS.items()):
        save_diffusers(seed_weights(UNet2DConditionModel(**config), 10 + index), out / name)
    save_text(seed_weights(CLIPTextModel(text_config(64, hidden_act="gelu", hidden_size=24, num_hidden_layers=2)), 20),
              out / "tiny-text-gelu")
    save_diffusers(seed_weights(AutoencoderTiny(**TINY_VAE), 30), out / "tiny-taesd")


if __name__ == "__main__":
    main(*sys.argv[1:])
