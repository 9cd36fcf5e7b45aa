"""Stable Diffusion 1.5 at its real size with random weights: diffusers and brushfire from the same noise, side by side.

Writes a diffusers folder (once; f16: 2 GB, f32: 4 GB), runs both, compares the final latents, and prints seconds a step
and peak memory of each. The weights mean nothing; arithmetic, time and memory are those of the real model.

usage: python full_size.py FOLDER --merges MERGES.txt.gz [--brushfire PATH] [--steps 4] [--size 512] [--tiny] ...
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

PROMPT = "a photograph of an astronaut riding a horse"


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("folder", type=Path, help="where the model is or will be")
    p.add_argument("--merges", type=Path, help="bpe_simple_vocab_16e6.txt.gz, to write the tokenizer with")
    p.add_argument("--dtype", choices=["f16", "f32"], default="f16", help="of the files; all arithmetic is f32")
    p.add_argument("--tiny", action="store_true", help="a small model instead, to try this script")
    p.add_argument("--steps", type=int, default=4)
    p.add_argument("--size", type=int, default=512)
    p.add_argument("--sampler", choices=["ddim", "euler", "dpmpp-2m"], default="ddim")
    p.add_argument("--guidance", type=float, default=7.5)
    p.add_argument("--threads", type=int, default=0, help="of PyTorch; 0: its own choice")
    p.add_argument("--brushfire", type=Path, help="the binary; without it only diffusers runs")
    p.add_argument("--device", default="cpu", help="brushfire's")
    p.add_argument("--tolerance", type=float, default=1e-3, help="largest relative L2 error of the latents")
    p.add_argument("--again", action="store_true", help="run diffusers even if its latents are there")
    p.add_argument("--role", choices=["write", "diffusers"], help=argparse.SUPPRESS)
    return p.parse_args()


def write_model(a):
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from safetensors.torch import save_file
    from transformers import CLIPTextConfig, CLIPTextModel

    import models
    from tokenizer_files import write_tokenizer

    torch.manual_seed(15)
    vocabulary = write_tokenizer(a.folder / "tokenizer", a.merges)
    if a.tiny:
        unet = {**models.UNET}
        vae = {**models.VAE}
        text = models.text_config(vocabulary)
    else:
        unet = dict(sample_size=64, in_channels=4, out_channels=4, block_out_channels=(320, 640, 1280, 1280),
                    layers_per_block=2, cross_attention_dim=768, attention_head_dim=8, norm_num_groups=32)
        vae = {**models.VAE, "block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "sample_size": 512}
        text = CLIPTextConfig(vocab_size=vocabulary, hidden_size=768, intermediate_size=3072, num_hidden_layers=12,
                              num_attention_heads=12, max_position_embeddings=77, hidden_act="quick_gelu", projection_dim=768)
    cast = (lambda state: {n: t.half().contiguous() for n, t in state.items()}) if a.dtype == "f16" else dict
    # One model at a time, so that no more than the largest is ever held twice.
    models.half = cast
    models.save_text(CLIPTextModel(text), a.folder / "text_encoder")
    models.save_diffusers(AutoencoderKL(**vae), a.folder / "vae")
    models.save_diffusers(UNet2DConditionModel(**unet), a.folder / "unet")
    (a.folder / "scheduler").mkdir(exist_ok=True)
    models.write_json(a.folder / "scheduler" / "scheduler_config.json", models.SCHEDULER)
    models.write_json(a.folder / "model_index.json", models.MODEL_INDEX)
    size = a.size // 8
    noise = torch.randn((1, 4, size, size), generator=torch.Generator().manual_seed(1))
    save_file({"noise": noise}, a.folder / f"noise-{a.size}.safetensors")


def run_diffusers(a):
    """In a process of its own, so that its memory is its own."""
    import torch
    from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler, StableDiffusionPipeline
    from safetensors.torch import load_file, save_file

    import tiny

    if a.threads:
        torch.set_num_threads(a.threads)
    start = time.perf_counter()
    scheduler = {"ddim": DDIMScheduler, "euler": EulerDiscreteScheduler, "dpmpp-2m": DPMSolverMultistepScheduler}[a.sampler]
    pipeline = StableDiffusionPipeline(
        vae=tiny.vae(a.folder / "vae"), text_encoder=tiny.text_encoder(a.folder / "text_encoder"),
        tokenizer=tiny.tokenizer(a.folder / "tokenizer"), unet=tiny.unet(a.folder / "unet"),
        scheduler=scheduler.from_config(tiny.scheduler(a.folder / "scheduler").config),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    loaded = time.perf_counter() - start
    noise_file = a.folder / f"noise-{a.size}.safetensors"
    if not noise_file.exists():
        noise = torch.randn((1, 4, a.size // 8, a.size // 8), generator=torch.Generator().manual_seed(1))
        save_file({"noise": noise}, noise_file)
    noise = load_file(noise_file)["noise"]
    ends = [time.perf_counter()]

    def keep(p, i, t, k):
        ends.append(time.perf_counter())
        return {}

    with torch.no_grad():
        latents = pipeline(
            PROMPT, latents=noise, num_inference_steps=a.steps, guidance_scale=a.guidance, height=a.size, width=a.size,
            output_type="latent", callback_on_step_end=keep,
        ).images
        decode_start = time.perf_counter()
        pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor)
        decoded = time.perf_counter() - decode_start
    save_file({"latents": latents.contiguous()}, latents_file(a, "diffusers"))
    print(json.dumps({
        "load_seconds": loaded, "decode_seconds": decoded, "threads": torch.get_num_threads(),
        # The first step also holds the text encoder's time.
        "step_seconds": [b - a for a, b in zip(ends, ends[1:])],
    }))


def latents_file(a, who):
    return a.folder / f"latents-{who}-{a.sampler}-{a.steps}-{a.size}.safetensors"


def measured(command):
    """(standard output, seconds, peak memory in GiB) of a command; its errors are passed through."""
    start = time.perf_counter()
    child = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
    output = child.stdout.read()
    _pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} ended with {child.returncode}:\n{output}")
    unit = 1 if sys.platform == "darwin" else 1024
    return output, time.perf_counter() - start, usage.ru_maxrss * unit / 2**30


def steps_of(events):
    """All `step_seconds` in a stream of json lines, however deep an event is wrapped."""
    found = []

    def look(value):
        if isinstance(value, dict):
            seconds = value.get("step_seconds")
            if isinstance(seconds, (int, float)):
                found.append(float(seconds))
            elif isinstance(seconds, list):
                found.extend(map(float, seconds))
            for inner in value.values():
                look(inner)

    for line in events.splitlines():
        try:
            look(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def line(who, steps, total, memory, **more):
    ordered = sorted(steps)
    middle = ordered[len(ordered) // 2] if ordered else float("nan")
    print(f"{who:<10} {middle:9.3f} s a step (median of {len(steps)})  {total:8.1f} s in all  {memory:6.2f} GiB at most  {more or ''}")


def main():
    a = arguments()
    if a.role == "write":
        return write_model(a)
    if a.role == "diffusers":
        return run_diffusers(a)

    me = [sys.executable, __file__, *sys.argv[1:]]
    if not (a.folder / "model_index.json").exists():
        if a.merges is None:
            sys.exit("there is no model yet; --merges is needed to write one")
        a.folder.mkdir(parents=True, exist_ok=True)
        measured([*me, "--role", "write"])
        print(f"wrote {sum(f.stat().st_size for f in a.folder.rglob('*.safetensors')) / 2**30:.2f} GiB")

    record = a.folder / f"diffusers-{a.sampler}-{a.steps}-{a.size}.json"
    if a.again or not record.exists():
        output, total, memory = measured([*me, "--role", "diffusers"])
        result = json.loads(output.splitlines()[-1]) | {"total_seconds": total, "peak_gib": memory}
        record.write_text(json.dumps(result))
    result = json.loads(record.read_text())
    line("diffusers", result["step_seconds"], result["total_seconds"], result["peak_gib"],
         decode=round(result["decode_seconds"], 2), threads=result["threads"])
    if a.brushfire is None:
        return

    import numpy as np
    from safetensors.numpy import load_file

    ours = latents_file(a, "brushfire")
    ours.unlink(missing_ok=True)
    output, total, memory = measured([
        a.brushfire, "generate", "--model", a.folder, "--prompt", PROMPT, "--sampler", a.sampler, "--steps", a.steps,
        "--cfg", a.guidance, "--seed", 1, "--width", a.size, "--height", a.size,
        "--noise", a.folder / f"noise-{a.size}.safetensors", "--latents", ours, "--device", a.device, "--json",
        "-o", a.folder / f"brushfire-{a.size}.png",
    ])
    line("brushfire", steps_of(output), total, memory, device=a.device)
    expected = load_file(latents_file(a, "diffusers"))["latents"].astype(np.float64)
    got = next(iter(load_file(ours).values())).astype(np.float64).reshape(expected.shape)
    error = float(np.linalg.norm(got - expected) / np.linalg.norm(expected))
    good = error <= a.tolerance
    print(f"relative L2 error of the latents: {error:.2e} ({'within' if good else 'ABOVE'} {a.tolerance:g}); "
          f"largest difference {np.abs(got - expected).max():.2e}, spread of the latents {expected.std():.3f}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
