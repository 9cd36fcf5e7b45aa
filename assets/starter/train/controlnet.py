"""The starter's ControlNet: the UNet's first half once more, shown a drawing.

As in models.py every module carries the name that diffusers gives it
(ControlNetModel), so that `state_dict()` is the file that is shipped.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from models import UNET_CONFIG, Autoencoder, TextEncoder, UNet

STARTER = Path(__file__).resolve().parent.parent

# Half as wide as diffusers' usual 16-32-96-256: lines are simple, and these layers
# work at the picture's full size, where they would cost more than all the rest.
HINT_CHANNELS = [8, 16, 32, 64]

CONTROLNET_CONFIG = {
    **{k: v for k, v in UNET_CONFIG.items()
       if k not in ("center_input_sample", "out_channels", "sample_size", "up_block_types")},
    "_class_name": "ControlNetModel",
    "conditioning_channels": 3,
    "conditioning_embedding_out_channels": HINT_CHANNELS,
    "controlnet_conditioning_channel_order": "rgb",
    "global_pool_conditions": False,
}


class HintEmbedding(nn.Module):
    """ControlNetConditioningEmbedding: a drawing (batch, 3, 8h, 8w) in 0..1 to (batch, width, h, w)."""

    def __init__(self, width, channels=HINT_CHANNELS):
        super().__init__()
        self.conv_in = nn.Conv2d(3, channels[0], 3, padding=1)
        self.blocks = nn.ModuleList()
        for a, b in zip(channels, channels[1:]):
            self.blocks.append(nn.Conv2d(a, a, 3, padding=1))
            self.blocks.append(nn.Conv2d(a, b, 3, padding=1, stride=2))
        self.conv_out = nn.Conv2d(channels[-1], width, 3, padding=1)

    def forward(self, hint):
        x = F.silu(self.conv_in(hint))
        for block in self.blocks:
            x = F.silu(block(x))
        return self.conv_out(x)


class ControlNet(UNet):
    """ControlNetModel: noisy latents, step numbers, text states and a drawing ->
    what is to be added to the UNet's skip connections and, last, to its middle."""

    def __init__(self, cfg=UNET_CONFIG):
        super().__init__(cfg)
        del self.up_blocks, self.conv_norm_out, self.conv_out
        self.controlnet_cond_embedding = HintEmbedding(self.width)
        widths = [self.width]
        for i, block in enumerate(self.down_blocks):
            widths += [cfg["block_out_channels"][i]] * (len(block.resnets) + hasattr(block, "downsamplers"))
        self.controlnet_down_blocks = nn.ModuleList([nn.Conv2d(w, w, 1) for w in widths])
        self.controlnet_mid_block = nn.Conv2d(widths[-1], widths[-1], 1)
        for m in (*self.controlnet_down_blocks, self.controlnet_mid_block):
            nn.init.zeros_(m.weight)
            nn.init.zeros_(m.bias)

    def forward(self, x, t, context, features):
        """`features`: the drawing, through `controlnet_cond_embedding` (once a picture, not once a step)."""
        temb = self.embed(t, context)
        skips, middle = self.encode(self.conv_in(x) + features, temb, context)
        return [conv(s) for conv, s in zip(self.controlnet_down_blocks, skips)] + [self.controlnet_mid_block(middle)]


def starter(part, net, folder=STARTER):
    """`net` with the shipped weights of `part`, in f32."""
    file = "model.safetensors" if part == "text_encoder" else "diffusion_pytorch_model.safetensors"
    net.load_state_dict({k: v.float() for k, v in load_file(folder / part / file).items()})
    return net.eval()


def shipped(folder=STARTER):
    """(autoencoder, its scaling factor, text encoder, UNet) as shipped."""
    factor = json.loads((folder / "vae" / "config.json").read_text())["scaling_factor"]
    return (starter("vae", Autoencoder(), folder), factor,
            starter("text_encoder", TextEncoder(), folder), starter("unet", UNet(), folder))


def from_unet(unet):
    """A ControlNet that begins as a copy of the UNet's first half and adds nothing yet."""
    net = ControlNet()
    net.load_state_dict(unet.state_dict() | {k: v for k, v in net.state_dict().items() if k.startswith("controlnet_")},
                        strict=False)
    return net
