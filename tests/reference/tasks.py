"""Writes tasks.json and tasks.safetensors: whole runs of diffusers' pipelines with the tiny models. TASKS.md says which
conventions hold.

usage: python tasks.py GOLDEN_FOLDER
"""

import json
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import (
    StableDiffusionImg2ImgPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionInstructPix2PixPipeline,
    StableDiffusionPipeline,
)
from PIL import Image
from safetensors.torch import save_file

import tiny

PROMPT = "a photograph of an astronaut riding a horse"
OTHER = "the sea at night, oil painting"
NEGATIVE = "blurry, low quality"

# Name: diffusers class, options over the model's own scheduler_config.json.
SAMPLERS = {
    "ddim": ("DDIMScheduler", {}),
    "ddpm": ("DDPMScheduler", {}),
    "pndm": ("PNDMScheduler", {}),
    "lcm": ("LCMScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler-a": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "dpm2": ("KDPM2DiscreteScheduler", {}),
    "dpm2-a": ("KDPM2AncestralDiscreteScheduler", {}),
    "lms": ("LMSDiscreteScheduler", {}),
    "dpmpp-2m": ("DPMSolverMultistepScheduler", {}),
    "dpmpp-2m-sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}),
    "unipc": ("UniPCMultistepScheduler", {}),
}
SCHEDULES = {"none": {}, "karras": {"use_karras_sigmas": True}, "exponential": {"use_exponential_sigmas": True}}


class Recorder:
    """Stands in for diffusers' randn_tensor wherever a pipeline or a scheduler draws, and keeps what was drawn."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)
        self.drawn = []

    def __call__(self, shape, generator=None, device=None, dtype=None, layout=None):
        noise = torch.randn(tuple(shape), generator=self.generator, dtype=torch.float32)
        self.drawn.append(noise)
        return noise.to(dtype)


def mean_of_posterior(encoder_output, generator=None, sample_mode="sample"):
    return encoder_output.latent_dist.mode() if hasattr(encoder_output, "latent_dist") else encoder_output.latents


class SoftMask:
    """Differential diffusion as in exx8/differential-diffusion's SD2/diff_pipe.py and diffusers' community pipeline
    `stable_diffusion_differential_img2img`: before each step but the first, the noised original replaces the latents wherever
    `map > step / steps`. Their map is white where the picture stays; a painter's mask is white where it changes."""

    def __init__(self, mask, picture, recorder):
        levels = torch.from_numpy(np.array(mask)).float()
        self.map = 1 - torch.nn.functional.interpolate(levels[None, None], size=(8, 8), mode="bilinear")[0, 0] / 255
        self.picture, self.recorder, self.original = picture, recorder, None

    def __call__(self, pipeline, done, latents):
        timesteps = pipeline.scheduler.timesteps[-pipeline.num_timesteps:]
        steps = len(timesteps)
        if done + 1 == steps:
            return {}
        if self.original is None:
            tensor = torch.from_numpy(np.array(self.picture)).permute(2, 0, 1)[None] / 127.5 - 1
            self.original = pipeline.vae.encode(tensor).latent_dist.mean * pipeline.vae.config.scaling_factor
        now = done + 1
        assert not torch.isclose(self.map * steps, torch.tensor(float(now)), rtol=0, atol=1e-4).any(), "a tie"
        noised = pipeline.scheduler.add_noise(self.original, self.recorder.drawn[0], timesteps[now:now + 1])
        mask = (self.map > now / steps).float()
        return {"latents": noised * mask + latents * (1 - mask)}


class Writer:
    def __init__(self, root):
        self.root = root
        self.tensors = {}
        self.cases = []
        self.text = tiny.text_encoder(root / "tiny-sd" / "text_encoder")
        self.tokenizer = tiny.tokenizer(root / "tiny-sd" / "tokenizer")
        self.vae = tiny.vae(root / "tiny-sd" / "vae")
        self.unets = {}

    def unet(self, name):
        if name not in self.unets:
            self.unets[name] = tiny.unet(self.root / ("tiny-sd/unet" if name == "tiny-sd" else name))
        return self.unets[name]

    def run(self, name, kind, sampler, schedule="none", unet="tiny-sd", scheduler_options=None, picture=False, steps_kept=False,
            seed=100, soft_mask=None, **arguments):
        class_name, options = SAMPLERS[sampler]
        base = tiny.scheduler(self.root / "tiny-sd" / "scheduler")
        cls = getattr(diffusers, class_name)
        scheduler = cls.from_config(base.config, **options, **SCHEDULES[schedule], **(scheduler_options or {}))
        more = {} if kind is StableDiffusionInstructPix2PixPipeline else {}
        pipeline = kind(
            vae=self.vae, text_encoder=self.text, tokenizer=self.tokenizer, unet=self.unet(unet), scheduler=scheduler,
            safety_checker=None, feature_extractor=None, requires_safety_checker=False, **more,
        )
        pipeline.set_progress_bar_config(disable=True)

        recorder = Recorder(seed)
        modules = [sys.modules[kind.__module__], sys.modules[cls.__module__]]
        kept = [(m, n, getattr(m, n)) for m in modules for n in ("randn_tensor", "retrieve_latents") if hasattr(m, n)]
        latents = []
        try:
            for module, attribute, _old in kept:
                setattr(module, attribute, recorder if attribute == "randn_tensor" else mean_of_posterior)
            hold = (lambda *_: {}) if soft_mask is None else SoftMask(soft_mask, arguments["image"], recorder)
            keep = lambda p, i, t, k: latents.append(k["latents"].clone()) or hold(p, i, k["latents"])
            out = pipeline(output_type="latent", callback_on_step_end=keep, **arguments).images
        finally:
            for module, attribute, old in kept:
                setattr(module, attribute, old)

        case = {"name": name, "pipeline": kind.__name__, "unet": unet, "sampler": sampler, "schedule": schedule,
                "scheduler": class_name, "scheduler_options": {**options, **(scheduler_options or {})},
                "timesteps": [float(t) for t in scheduler.timesteps], "noises": len(recorder.drawn)}
        if soft_mask is not None:
            case |= {"mask_image": "mask", "soft": True}
        for key, value in arguments.items():
            if isinstance(value, torch.Tensor):
                self.tensors[f"{name}.{key}"] = value
            elif isinstance(value, Image.Image):
                case[key] = {"L": "mask", "RGB": "picture"}[value.mode]
            else:
                case[key] = value
        for index, noise in enumerate(recorder.drawn):
            self.tensors[f"{name}.noise.{index}"] = noise
        self.tensors[f"{name}.latents_out"] = out
        if steps_kept:
            self.tensors[f"{name}.steps"] = torch.stack(latents)
        if picture:
            self.tensors[f"{name}.decoded"] = self.vae.decode(out / self.vae.config.scaling_factor).sample
            case["decoded"] = True
        assert torch.isfinite(out).all()
        self.cases.append(case)
        print(f"{name}: std {float(out.std()):.3f}, {len(recorder.drawn)} noises")


@torch.no_grad()
def main(root):
    root = Path(root)
    w = Writer(root)
    generator = torch.Generator().manual_seed(11)
    latents = torch.randn((1, 4, 8, 8), generator=generator)
    wide = torch.randn((1, 4, 8, 12), generator=generator)
    two = torch.randn((2, 4, 8, 8), generator=generator)

    t2i = StableDiffusionPipeline
    common = dict(prompt=PROMPT, negative_prompt=NEGATIVE, guidance_scale=7.5, num_inference_steps=5)
    for sampler in SAMPLERS:
        w.run(f"text.{sampler}", t2i, sampler, latents=latents, height=64, width=64, picture=sampler == "ddim",
              steps_kept=sampler in ("ddim", "euler"), **common)
    for sampler in ("euler", "dpmpp-2m", "unipc", "heun"):
        w.run(f"text.{sampler}.karras", t2i, sampler, "karras", latents=latents, height=64, width=64, **common)
    w.run("text.no-guidance", t2i, "euler", latents=latents, height=64, width=64, **{**common, "guidance_scale": 1.0})
    w.run("text.rescale", t2i, "ddim", latents=latents, height=64, width=64, guidance_rescale=0.7, **common)
    w.run("text.wide", t2i, "ddim", latents=wide, height=64, width=96, **common)
    w.run("text.batch", t2i, "dpmpp-2m", latents=two, height=64, width=64,
          **{**common, "prompt": [PROMPT, OTHER], "negative_prompt": [NEGATIVE, ""]})
    w.run("text.v-zero-snr", t2i, "ddim", unet="tiny-unet-v", latents=latents, height=64, width=64, guidance_scale=7.5,
          guidance_rescale=0.7, num_inference_steps=5,
          prompt_embeds=torch.randn((1, 77, 24), generator=generator),
          negative_prompt_embeds=torch.randn((1, 77, 24), generator=generator),
          scheduler_options={"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"})

    # A picture and a mask of many greys, of 8 bits as a painter's are. One grey a latent cell: diffusers takes a cell's upper left
    # pixel for the whole, brushfire repaints a cell of which any pixel is masked, and only what both mean alike can be compared.
    y, x = np.mgrid[0:64, 0:64] / 63.0
    picture = np.stack([x, y, 0.5 + 0.5 * np.sin(9 * x * y)], -1)
    picture = Image.fromarray((picture * 255).round().astype(np.uint8), "RGB")
    mask = np.clip(1.6 - np.hypot((x - 0.55) / 0.33, (y - 0.45) / 0.27), 0, 1)
    mask = np.kron(mask[4::8, 4::8], np.ones((8, 8)))
    mask = Image.fromarray((mask * 255).round().astype(np.uint8), "L")
    w.tensors["picture"] = torch.from_numpy(np.array(picture))
    w.tensors["mask"] = torch.from_numpy(np.array(mask))

    for sampler in ("ddim", "euler", "euler-a", "dpmpp-2m", "dpmpp-2m-sde", "unipc", "heun"):
        w.run(f"image.{sampler}", StableDiffusionImg2ImgPipeline, sampler, image=picture, strength=0.6,
              picture=sampler == "ddim", **common)

    # Every level of the mask is a strength. Eight steps, of which the last six are run, tell more strengths apart.
    soft = dict(image=picture, soft_mask=mask, **{**common, "num_inference_steps": 8})
    for sampler in ("ddim", "euler", "euler-a", "dpmpp-2m"):
        w.run(f"soft.{sampler}", StableDiffusionImg2ImgPipeline, sampler, strength=0.75, **soft)
    w.run("soft.full-strength", StableDiffusionImg2ImgPipeline, "ddim", strength=1.0, **soft)

    inpaint = StableDiffusionInpaintPipeline
    sizes = dict(image=picture, mask_image=mask, height=64, width=64)
    for sampler in ("ddim", "euler", "euler-a", "dpmpp-2m"):
        w.run(f"inpaint.{sampler}", inpaint, sampler, strength=0.75, picture=sampler == "ddim", steps_kept=sampler == "ddim",
              **sizes, **common)
    w.run("inpaint.full-strength", inpaint, "ddim", strength=1.0, **sizes, **common)
    for sampler in ("ddim", "euler", "dpmpp-2m"):
        w.run(f"inpaint9.{sampler}", inpaint, sampler, unet="tiny-unet-inpaint", strength=1.0, picture=sampler == "ddim",
              **sizes, **common)
    w.run("inpaint9.strength", inpaint, "ddim", unet="tiny-unet-inpaint", strength=0.75, **sizes, **common)
    w.run("pix2pix.euler-a", StableDiffusionInstructPix2PixPipeline, "euler-a", unet="tiny-unet-pix2pix", image=picture,
          image_guidance_scale=1.5, latents=latents, **common)

    # Steps between, for whoever has to find a difference.
    tensor = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None] / 127.5 - 1
    w.tensors["picture.latent_mean"] = w.vae.encode(tensor).latent_dist.mean * w.vae.config.scaling_factor
    binary = (torch.from_numpy(np.array(mask)).float()[None, None] / 255 >= 0.5).float()
    w.tensors["mask.latent"] = torch.nn.functional.interpolate(binary, size=(8, 8))
    masked = tensor * (binary < 0.5)
    w.tensors["masked.latent_mean"] = w.vae.encode(masked).latent_dist.mean * w.vae.config.scaling_factor

    document = {"about": "Whole runs; layout in README.md, conventions in TASKS.md", "diffusers": diffusers.__version__,
                "tolerance": "relative L2 of latents_out below 1e-3 (f32 on both sides)", "cases": w.cases}
    (root / "tasks.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    save_file({n: t.contiguous().clone() for n, t in w.tensors.items()}, root / "tasks.safetensors")


if __name__ == "__main__":
    main(sys.argv[1])
