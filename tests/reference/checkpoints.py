"""Small PyTorch files of every kind that readers meet, and the tensors that are in them.

    python tests/reference/checkpoints.py

writes `tests/golden/checkpoints/`: `tensors.safetensors` holds what every file must give, under `<file>: <name>`.
"""

import collections
import pickle
import shutil
import sys
import types
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file

OUT = Path(__file__).parent.parent / "golden" / "checkpoints"


def lightning_callback():
    """An object of a class that nobody who reads the file has."""
    name = ""
    for part in ["pytorch_lightning", "callbacks", "model_checkpoint"]:
        name = f"{name}.{part}".strip(".")
        module = sys.modules[name] = types.ModuleType(name)
    callback = type("ModelCheckpoint", (), {"__module__": module.__name__})
    module.ModelCheckpoint = callback
    made = callback()
    made.best = torch.tensor(0.5)
    return made


class Runs:
    """What an attacker would put into a file; harmless, and never to be run either."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def numbers(*shape, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape))).to(dtype)


def files():
    base = numbers(6, 8)
    yield "types.pt", {
        "f64": numbers(3, dtype=torch.float64),
        "f32": numbers(2, 3),
        "f16": numbers(4, dtype=torch.float16),
        "bf16": numbers(5, dtype=torch.bfloat16),
        "i64": torch.arange(-3, 3),
        "u8": torch.arange(5, dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 4),
        "parameter": torch.nn.Parameter(numbers(2, 2)),
    }
    yield "views.pt", {
        "whole": base,
        "transposed": base.t(),
        "columns": base[:, 2:5],
        "every_second_row": base[::2],
        "later": base[3:],
        "channels_last": numbers(2, 3, 4, 5).to(memory_format=torch.channels_last),
    }
    state = collections.OrderedDict(weight=numbers(3, 3), bias=numbers(3))
    yield "nested.ckpt", {
        "epoch": 3,
        "global_step": 1234,
        "state_dict": state,
        "optimizer_states": [{"state": {0: {"exp_avg": numbers(3, 3)}}}],
        "callbacks": {"checkpoint": lightning_callback()},
        "hyper_parameters": {"rate": 1e-4, "numbers": {1, 2}, "name": b"bytes", "big": 1 << 80},
    }


def flat(file, content):
    content = content.get("state_dict", content)
    return {f"{file}: {name}": tensor.detach().contiguous().clone() for name, tensor in content.items()}


def compress(path):
    """What a person does who packs the archive anew."""
    packed = path.with_name("compressed.pt")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    expected = {}
    for file, content in files():
        torch.save(content, OUT / file)
        expected |= flat(file, content)
        stem = Path(file).stem
        torch.save(content, OUT / f"{stem}.legacy.pt", _use_new_zipfile_serialization=False)
        expected |= flat(f"{stem}.legacy.pt", content)
        torch.save(content, OUT / f"{stem}.protocol4.pt", pickle_protocol=4)
        expected |= flat(f"{stem}.protocol4.pt", content)
    compress(OUT / "types.pt")
    expected |= flat("compressed.pt", dict(files())["types.pt"])
    save_file(expected, OUT / "tensors.safetensors")

    import os

    attacks = {
        "system": Runs(os.system, "true"),
        "eval": Runs(eval, "1 + 1"),
        "getattr": Runs(getattr, "text", "upper"),
    }
    for name, attack in attacks.items():
        torch.save({"weight": numbers(2), "attack": attack}, OUT / f"attack_{name}.pt")
    torch.save({"weight": numbers(2), "attack": attacks["system"]}, OUT / "attack_protocol4.pt", pickle_protocol=4)
    assert pickle.HIGHEST_PROTOCOL == 5


if __name__ == "__main__":
    main()
