"""Writes noise.json and noise.safetensors: the random numbers of PyTorch's CPU generator and of A1111's "GPU" noise.

PyTorch's CPU generator is a Mersenne twister seeded with the low 32 bits of the seed. torch.randn takes two ways:
fewer than 16 values are drawn one by one (Box-Muller in f64, the second value of each pair kept for the next call);
from 16 on, uniforms fill the tensor and are turned to normals in blocks of 16 (first 8 with last 8), and if the size is
no multiple of 16, the last 16 are drawn anew.

A1111's GPU noise imitates CUDA's Philox on the CPU; here after its rng_philox.py.

usage: python noise.py OUT_FOLDER
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

SEEDS = [0, 1, 42, 2**32 - 1, 2**32, 2**63 - 1]
SIZES = [*range(1, 21), 31, 32, 33, 100, 1001]
LATENT = (1, 4, 64, 64)


class Philox:
    """Philox4x32-10 with one counter a value: word 0 counts the calls, word 2 the values; the key is the seed."""

    def __init__(self, seed):
        self.seed = seed
        self.offset = 0

    def randn(self, shape):
        n = int(np.prod(shape))
        counter = [np.full(n, c, dtype=np.uint32) for c in (self.offset, 0, 0, 0)]
        counter[2] = np.arange(n, dtype=np.uint32)
        self.offset += 1
        key = [np.uint32(self.seed & 0xFFFFFFFF), np.uint32(self.seed >> 32)]
        with np.errstate(over="ignore"):
            for _ in range(10):
                a = counter[0].astype(np.uint64) * np.uint64(0xD2511F53)
                b = counter[2].astype(np.uint64) * np.uint64(0xCD9E8D57)
                low, high = (lambda v: v.astype(np.uint32)), (lambda v: (v >> np.uint64(32)).astype(np.uint32))
                counter = [high(b) ^ counter[1] ^ key[0], low(b), high(a) ^ counter[3] ^ key[1], low(a)]
                key = [key[0] + np.uint32(0x9E3779B9), key[1] + np.uint32(0xBB67AE85)]
        # The constants are f32, the arithmetic is f64, as numpy did it there.
        unit = np.float64(np.float32(2.3283064e-10))
        turn = np.float64(np.float32(2.3283064e-10 * 6.2831855))
        u = counter[0] * unit + unit / 2
        v = counter[1] * turn + turn / 2
        return (np.sqrt(-2.0 * np.log(u)) * np.sin(v)).astype(np.float32).reshape(shape)


def summary(array):
    flat = np.ascontiguousarray(array, dtype=np.float32).ravel()
    return {
        "first": flat[:16].tolist(), "last": flat[-32:].tolist(), "sum": float(flat.astype(np.float64).sum()),
        "sum_abs": float(np.abs(flat.astype(np.float64)).sum()), "sha256_le_f32": hashlib.sha256(flat.tobytes()).hexdigest(),
    }


def main(out):
    tensors, document = {}, {"about": __doc__.strip().split("\n\nusage")[0], "torch": torch.__version__, "latent": {}, "philox": {}}
    document["tolerance"] = "2e-6 absolute: vectorised log, sin and cos differ in the last bits between machines (hence hashes only hint)"
    document["capability"] = torch.backends.cpu.get_cpu_capability()
    for seed in SEEDS:
        generator = lambda: torch.Generator().manual_seed(seed)
        for n in SIZES:
            tensors[f"randn.{seed}.{n}"] = torch.randn(n, generator=generator())
        document["latent"][str(seed)] = summary(torch.randn(LATENT, generator=generator()).numpy())
        philox = Philox(seed)
        calls = [philox.randn(LATENT) for _ in range(3)]
        document["philox"][str(seed)] = [summary(c) for c in calls]
        tensors[f"philox.{seed}.12"] = torch.from_numpy(Philox(seed).randn((12,)))

    # Calls one after another: what is left of one call shows in the next.
    generator = torch.Generator().manual_seed(42)
    for index, n in enumerate((5, 5, 3, 16, 4, 20, 1, 17, 2)):
        tensors[f"sequence.42.{index}"] = torch.randn(n, generator=generator)
    generator = torch.Generator().manual_seed(42)
    for index in range(3):
        tensors[f"latents.42.{index}"] = torch.randn((1, 4, 8, 8), generator=generator)
    # One generator for a batch draws it in one go; diffusers with a list of generators, and A1111, draw each picture
    # from its own seed (A1111: seed, seed + 1, ...).
    tensors["batch.42.one_generator"] = torch.randn((2, 4, 8, 8), generator=torch.Generator().manual_seed(42))
    tensors["batch.42.own_seeds"] = torch.cat(
        [torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(s)) for s in (42, 43)]
    )
    tensors["f64.42.8"] = torch.randn(8, generator=torch.Generator().manual_seed(42), dtype=torch.float64)
    tensors["f64.42.40"] = torch.randn(40, generator=torch.Generator().manual_seed(42), dtype=torch.float64)
    tensors["rand.42.24"] = torch.rand(24, generator=torch.Generator().manual_seed(42))

    # The expectation printed in A1111's source.
    expected = [-0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122, -0.32838709]
    np.testing.assert_allclose(Philox(0).randn((3, 4)).ravel()[:8], expected, atol=1e-6)

    out = Path(out)
    (out / "noise.json").write_text(json.dumps(document, indent=1) + "\n")
    save_file(tensors, out / "noise.safetensors")


if __name__ == "__main__":
    main(sys.argv[1])
