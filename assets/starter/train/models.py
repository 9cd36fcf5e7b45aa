"""The three networks of a Stable Diffusion pipeline, small, in plain torch.

Every module carries the names that diffusers and transformers give it
(AutoencoderKL, UNet2DConditionModel, CLIPTextModel), so that `state_dict()`
is the file that export.py writes. Only what this model uses is here.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

# The architecture: what export.py writes into the config files.

VAE_CONFIG = {
    "_class_name": "AutoencoderKL",
    "_diffusers_version": "0.30.0",
    "act_fn": "silu",
    "block_out_channels": [16, 32, 64, 128],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "in_channels": 3,
    "out_channels": 3,
    "latent_channels": 8,
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "sample_size": 256,
    "force_upcast": False,
    "scaling_factor": 1.0,  # measured after training, see train_autoencoder.py
}

TEXT_CONFIG = {
    "architectures": ["CLIPTextModel"],
    "model_type": "clip_text_model",
    "vocab_size": 2048,
    "hidden_size": 256,
    "intermediate_size": 1024,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 77,
    "hidden_act": "quick_gelu",
    "layer_norm_eps": 1e-05,
    "projection_dim": 256,
    "attention_dropout": 0.0,
    "dropout": 0.0,
    "initializer_factor": 1.0,
    "initializer_range": 0.02,
    "bos_token_id": 2046,
    "eos_token_id": 2047,
    "pad_token_id": 2047,
    "torch_dtype": "float16",
}

UNET_CONFIG = {
    "_class_name": "UNet2DConditionModel",
    "_diffusers_version": "0.30.0",
    "act_fn": "silu",
    # As in DeepFloyd IF the caption also speaks to every resnet, as a whole, through
    # the time embedding, which scales as well as shifts: with cross-attention alone
    # a small network takes several times as long to learn what a word looks like.
    "addition_embed_type": "text",
    "addition_embed_type_num_heads": 8,
    "resnet_time_scale_shift": "scale_shift",
    # As in Stable Diffusion 1.x this is the number of heads, not their width.
    "attention_head_dim": 4,
    "block_out_channels": [64, 128, 192, 288],
    "center_input_sample": False,
    "cross_attention_dim": 256,
    "down_block_types": ["DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "mid_block_type": "UNetMidBlock2DCrossAttn",
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"],
    "downsample_padding": 1,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "in_channels": 8,
    "out_channels": 8,
    "layers_per_block": 1,
    "mid_block_scale_factor": 1,
    "norm_eps": 1e-05,
    "norm_num_groups": 32,
    "sample_size": 32,
    "transformer_layers_per_block": 1,
    "use_linear_projection": False,
}

SCHEDULER_CONFIG = {
    "_class_name": "DDIMScheduler",
    "_diffusers_version": "0.30.0",
    "num_train_timesteps": 1000,
    "beta_schedule": "squaredcos_cap_v2",
    "beta_start": 0.0001,  # unused by this schedule; some programs want the keys
    "beta_end": 0.02,
    "trained_betas": None,
    "prediction_type": "v_prediction",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "timestep_spacing": "trailing",
    "rescale_betas_zero_snr": False,
    "thresholding": False,
}


# ------------------------------------------------------------------ shared

class ResnetBlock(nn.Module):
    def __init__(self, cin, cout, groups, eps, temb=None):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, cin, eps=eps)
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        if temb:
            self.time_emb_proj = nn.Linear(temb, 2 * cout)
        self.norm2 = nn.GroupNorm(groups, cout, eps=eps)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        if cin != cout:
            self.conv_shortcut = nn.Conv2d(cin, cout, 1)

    def forward(self, x, temb=None):
        h = self.norm2(self.conv1(F.silu(self.norm1(x))))
        if temb is not None:
            scale, shift = self.time_emb_proj(F.silu(temb))[:, :, None, None].chunk(2, dim=1)
            h = h * (1 + scale) + shift
        h = self.conv2(F.silu(h))
        return (self.conv_shortcut(x) if hasattr(self, "conv_shortcut") else x) + h


class Downsample(nn.Module):
    def __init__(self, c, padding):
        super().__init__()
        self.padding = padding
        self.conv = nn.Conv2d(c, c, 3, stride=2, padding=padding)

    def forward(self, x):
        # The autoencoder pads right and below only, the UNet all round.
        return self.conv(x if self.padding else F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Attention(nn.Module):
    """Self- or cross-attention over (batch, tokens, width)."""

    def __init__(self, width, heads, context=None, bias=False):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=bias)
        self.to_k = nn.Linear(context or width, width, bias=bias)
        self.to_v = nn.Linear(context or width, width, bias=bias)
        self.to_out = nn.ModuleList([nn.Linear(width, width), nn.Dropout(0.0)])

    def forward(self, x, context=None):
        context = x if context is None else context
        q, k, v = (m(t).unflatten(-1, (self.heads, -1)).transpose(1, 2)
                   for m, t in ((self.to_q, x), (self.to_k, context), (self.to_v, context)))
        # Written out: with so few tokens this trains faster on a CPU than the fused kernel.
        weights = torch.softmax(q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5, dim=-1).to(v.dtype)
        return self.to_out[0]((weights @ v).transpose(1, 2).flatten(2))


# ------------------------------------------------------------- autoencoder

class VaeAttention(Attention):
    def __init__(self, width, groups):
        super().__init__(width, 1, bias=True)
        self.group_norm = nn.GroupNorm(groups, width, eps=1e-6)

    def forward(self, x):
        tokens = self.group_norm(x).flatten(2).transpose(1, 2)
        return x + super().forward(tokens).transpose(1, 2).unflatten(2, x.shape[2:])


class VaeMid(nn.Module):
    def __init__(self, c, groups):
        super().__init__()
        self.resnets = nn.ModuleList([ResnetBlock(c, c, groups, 1e-6) for _ in range(2)])
        self.attentions = nn.ModuleList([VaeAttention(c, groups)])

    def forward(self, x):
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class VaeStage(nn.Module):
    def __init__(self, cin, cout, layers, groups, down=False, up=False):
        super().__init__()
        self.resnets = nn.ModuleList([ResnetBlock(cin if i == 0 else cout, cout, groups, 1e-6) for i in range(layers)])
        if down:
            self.downsamplers = nn.ModuleList([Downsample(cout, 0)])
        if up:
            self.upsamplers = nn.ModuleList([Upsample(cout)])

    def forward(self, x):
        for resnet in self.resnets:
            x = resnet(x)
        for sampler in getattr(self, "downsamplers", getattr(self, "upsamplers", ())):
            x = sampler(x)
        return x


class Encoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        c, g = cfg["block_out_channels"], cfg["norm_num_groups"]
        self.conv_in = nn.Conv2d(cfg["in_channels"], c[0], 3, padding=1)
        self.down_blocks = nn.ModuleList([
            VaeStage(c[max(i - 1, 0)], c[i], cfg["layers_per_block"], g, down=i < len(c) - 1) for i in range(len(c))])
        self.mid_block = VaeMid(c[-1], g)
        self.conv_norm_out = nn.GroupNorm(g, c[-1], eps=1e-6)
        self.conv_out = nn.Conv2d(c[-1], 2 * cfg["latent_channels"], 3, padding=1)

    def forward(self, x):
        x = self.conv_in(x)
        for block in self.down_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(self.mid_block(x))))


class Decoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        c, g = cfg["block_out_channels"][::-1], cfg["norm_num_groups"]
        self.conv_in = nn.Conv2d(cfg["latent_channels"], c[0], 3, padding=1)
        self.mid_block = VaeMid(c[0], g)
        self.up_blocks = nn.ModuleList([
            VaeStage(c[max(i - 1, 0)], c[i], cfg["layers_per_block"] + 1, g, up=i < len(c) - 1) for i in range(len(c))])
        self.conv_norm_out = nn.GroupNorm(g, c[-1], eps=1e-6)
        self.conv_out = nn.Conv2d(c[-1], cfg["out_channels"], 3, padding=1)

    def forward(self, z):
        x = self.mid_block(self.conv_in(z))
        for block in self.up_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class Autoencoder(nn.Module):
    """AutoencoderKL. Pictures and latents are unscaled: x in -1..1, z before the scaling factor."""

    def __init__(self, cfg=VAE_CONFIG):
        super().__init__()
        n = cfg["latent_channels"]
        self.encoder = Encoder(cfg)
        self.decoder = Decoder(cfg)
        self.quant_conv = nn.Conv2d(2 * n, 2 * n, 1)
        self.post_quant_conv = nn.Conv2d(n, n, 1)

    def encode(self, x):
        mean, logvar = self.quant_conv(self.encoder(x)).chunk(2, dim=1)
        return mean, logvar.clamp(-30, 20)

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))


# ------------------------------------------------------------ text encoder

class TextAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x):
        q, k, v = (m(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
                   for m in (self.q_proj, self.k_proj, self.v_proj))
        return self.out_proj(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))


class TextMlp(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(x * torch.sigmoid(1.702 * x))  # quick_gelu


class TextLayer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.self_attn = TextAttention(width, heads)
        self.layer_norm1 = nn.LayerNorm(width)
        self.mlp = TextMlp(width, inner)
        self.layer_norm2 = nn.LayerNorm(width)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class TextEncoder(nn.Module):
    """CLIPTextModel: token numbers (batch, 77) to states (batch, 77, width)."""

    def __init__(self, cfg=TEXT_CONFIG):
        super().__init__()
        width = cfg["hidden_size"]
        model = nn.Module()
        model.embeddings = nn.Module()
        model.embeddings.token_embedding = nn.Embedding(cfg["vocab_size"], width)
        model.embeddings.position_embedding = nn.Embedding(cfg["max_position_embeddings"], width)
        model.encoder = nn.Module()
        model.encoder.layers = nn.ModuleList([
            TextLayer(width, cfg["num_attention_heads"], cfg["intermediate_size"])
            for _ in range(cfg["num_hidden_layers"])])
        model.final_layer_norm = nn.LayerNorm(width)
        self.text_model = model
        nn.init.normal_(model.embeddings.token_embedding.weight, std=0.1)
        nn.init.normal_(model.embeddings.position_embedding.weight, std=0.02)

    def forward(self, tokens):
        m = self.text_model
        x = m.embeddings.token_embedding(tokens) + m.embeddings.position_embedding.weight[: tokens.shape[1]]
        for layer in m.encoder.layers:
            x = layer(x)
        return m.final_layer_norm(x)


# -------------------------------------------------------------------- unet

class GatedGelu(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.proj = nn.Linear(width, 2 * inner)

    def forward(self, x):
        x, gate = self.proj(x).chunk(2, dim=-1)
        return x * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.ModuleList([GatedGelu(width, 4 * width), nn.Dropout(0.0), nn.Linear(4 * width, width)])

    def forward(self, x):
        return self.net[2](self.net[0](x))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.attn1 = Attention(width, heads)
        self.attn2 = Attention(width, heads, context)
        self.ff = FeedForward(width)

    def forward(self, x, context):
        x = x + self.attn1(self.norm1(x))
        x = x + self.attn2(self.norm2(x), context)
        return x + self.ff(self.norm3(x))


class SpatialTransformer(nn.Module):
    def __init__(self, width, heads, context, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, width, eps=1e-6)
        self.proj_in = nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(width, heads, context)])
        self.proj_out = nn.Conv2d(width, width, 1)

    def forward(self, x, context):
        h = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        h = self.transformer_blocks[0](h, context)
        return x + self.proj_out(h.transpose(1, 2).unflatten(2, x.shape[2:]))


class UNetStage(nn.Module):
    def __init__(self, channels, cout, temb, cfg, attends, down=False, up=False):
        """`channels`: what goes into each resnet."""
        super().__init__()
        g = cfg["norm_num_groups"]
        self.resnets = nn.ModuleList([ResnetBlock(c, cout, g, cfg["norm_eps"], temb) for c in channels])
        if attends:
            self.attentions = nn.ModuleList([
                SpatialTransformer(cout, cfg["attention_head_dim"], cfg["cross_attention_dim"], g) for _ in channels])
        if down:
            self.downsamplers = nn.ModuleList([Downsample(cout, 1)])
        if up:
            self.upsamplers = nn.ModuleList([Upsample(cout)])

    def layer(self, i, x, temb, context):
        x = self.resnets[i](x, temb)
        return self.attentions[i](x, context) if hasattr(self, "attentions") else x


class UNetMid(nn.Module):
    def __init__(self, c, temb, cfg):
        super().__init__()
        g = cfg["norm_num_groups"]
        self.attentions = nn.ModuleList([
            SpatialTransformer(c, cfg["attention_head_dim"], cfg["cross_attention_dim"], g)])
        self.resnets = nn.ModuleList([ResnetBlock(c, c, g, cfg["norm_eps"], temb) for _ in range(2)])


class TextPool(nn.Module):
    """AttentionPooling of DeepFloyd IF: one attention of the mean state to all states."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.positional_embedding = nn.Parameter(torch.randn(1, width) / width ** 0.5)
        self.k_proj, self.q_proj, self.v_proj = (nn.Linear(width, width) for _ in range(3))

    def forward(self, x):
        first = x.mean(dim=1, keepdim=True) + self.positional_embedding
        x = torch.cat([first, x], dim=1)
        q, k, v = (m(t).unflatten(-1, (self.heads, -1)).transpose(1, 2)
                   for m, t in ((self.q_proj, first), (self.k_proj, x), (self.v_proj, x)))
        weights = torch.softmax(q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5, dim=-1).to(v.dtype)
        return (weights @ v).flatten(1)


class TextTimeEmbedding(nn.Module):
    """What the whole caption says, added to the time embedding (`addition_embed_type: text`)."""

    def __init__(self, width, temb, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.pool = TextPool(width, heads)
        self.proj = nn.Linear(width, temb)
        self.norm2 = nn.LayerNorm(temb)

    def forward(self, states):
        return self.norm2(self.proj(self.pool(self.norm1(states))))


class UNet(nn.Module):
    """UNet2DConditionModel: noisy latents, step numbers, text states -> prediction."""

    def __init__(self, cfg=UNET_CONFIG):
        super().__init__()
        c, layers, g = cfg["block_out_channels"], cfg["layers_per_block"], cfg["norm_num_groups"]
        self.width = c[0]
        temb = 4 * c[0]
        self.conv_in = nn.Conv2d(cfg["in_channels"], c[0], 3, padding=1)
        self.time_embedding = nn.Module()
        self.time_embedding.linear_1 = nn.Linear(c[0], temb)
        self.time_embedding.linear_2 = nn.Linear(temb, temb)
        self.add_embedding = TextTimeEmbedding(
            cfg["cross_attention_dim"], temb, cfg["addition_embed_type_num_heads"])
        self.down_blocks, self.up_blocks = nn.ModuleList(), nn.ModuleList()
        skips = [c[0]]
        for i, kind in enumerate(cfg["down_block_types"]):
            last = i == len(c) - 1
            ins = [c[max(i - 1, 0)]] + [c[i]] * (layers - 1)
            self.down_blocks.append(UNetStage(ins, c[i], temb, cfg, "Cross" in kind, down=not last))
            skips += [c[i]] * (layers + (not last))
        self.mid_block = UNetMid(c[-1], temb, cfg)
        width = c[-1]
        for i, kind in enumerate(cfg["up_block_types"]):
            cout = c[-1 - i]
            ins = []
            for _ in range(layers + 1):
                ins.append(width + skips.pop())
                width = cout
            self.up_blocks.append(UNetStage(ins, cout, temb, cfg, "Cross" in kind, up=i < len(c) - 1))
        self.conv_norm_out = nn.GroupNorm(g, c[0], eps=cfg["norm_eps"])
        self.conv_out = nn.Conv2d(c[0], cfg["out_channels"], 3, padding=1)
        # Every residual branch starts at nothing, which lets the rate be high from the start.
        for name, m in self.named_modules():
            if name.endswith(("conv2", "proj_out", "conv_out")):
                nn.init.zeros_(m.weight)
                nn.init.zeros_(m.bias)

    def embed(self, t, context):
        """The time embedding: which step this is, and what the whole caption says."""
        half = self.width // 2
        freq = torch.exp(-math.log(10000) * torch.arange(half, device=t.device, dtype=torch.float32) / half)
        angle = t.float()[:, None] * freq
        temb = torch.cat([angle.cos(), angle.sin()], dim=-1).to(self.conv_in.weight.dtype)
        temb = self.time_embedding.linear_2(F.silu(self.time_embedding.linear_1(temb)))
        return temb + self.add_embedding(context)

    def encode(self, x, temb, context):
        """The first half, from behind `conv_in`: (what the skip connections carry, the middle's output)."""
        skips = [x]
        for block in self.down_blocks:
            for i in range(len(block.resnets)):
                x = block.layer(i, x, temb, context)
                skips.append(x)
            for sampler in getattr(block, "downsamplers", ()):
                x = sampler(x)
                skips.append(x)
        x = self.mid_block.resnets[0](x, temb)
        return skips, self.mid_block.resnets[1](self.mid_block.attentions[0](x, context), temb)

    def decode(self, skips, x, temb, context):
        """The second half."""
        skips = list(skips)
        for block in self.up_blocks:
            for i in range(len(block.resnets)):
                x = block.layer(i, torch.cat([x, skips.pop()], dim=1), temb, context)
            for sampler in getattr(block, "upsamplers", ()):
                x = sampler(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))

    def forward(self, x, t, context, residuals=None):
        """`residuals`: what a ControlNet adds to the skip connections and, last, to the middle."""
        temb = self.embed(t, context)
        skips, x = self.encode(self.conv_in(x), temb, context)
        if residuals is not None:
            skips = [s + r for s, r in zip(skips, residuals)]
            x = x + residuals[-1]
        return self.decode(skips, x, temb, context)


# --------------------------------------------------------------- diffusion

def cosine_schedule(steps=1000):
    """alpha-bar of `squaredcos_cap_v2`, exactly as diffusers computes it."""
    bar = lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
    betas = torch.tensor([min(1 - bar((i + 1) / steps) / bar(i / steps), 0.999) for i in range(steps)],
                         dtype=torch.float32)
    return torch.cumprod(1 - betas, 0)


@torch.no_grad()
def sample(unet, text, tokens, empty, shape, steps=20, guidance=4.0, seed=0, alphas=None, control=None, hints=None):
    """DDIM with classifier-free guidance, `trailing` spacing; returns scaled latents.

    `control`: a ControlNet (controlnet.py), which sees `hints` (batch, 3, 8 x height, 8 x width), 0 to 1."""
    alphas = cosine_schedule() if alphas is None else alphas
    device = next(unet.parameters()).device
    z = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(device)
    context = text(torch.cat([empty.expand_as(tokens), tokens]).to(device))
    times = [round(1000 - i * 1000 / steps) - 1 for i in range(steps)]
    features = None if control is None else control.controlnet_cond_embedding(hints.to(device)).repeat(2, 1, 1, 1)
    for i, t in enumerate(times):
        a = alphas[t]
        b = alphas[times[i + 1]] if i + 1 < steps else torch.tensor(1.0)
        both, when = torch.cat([z, z]), torch.full((2 * len(z),), t, device=device)
        v = unet(both, when, context, control and control(both, when, context, features)).float()
        without, with_ = v.chunk(2)
        v = without + guidance * (with_ - without)
        x0, eps = a.sqrt() * z - (1 - a).sqrt() * v, a.sqrt() * v + (1 - a).sqrt() * z
        z = b.sqrt() * x0 + (1 - b).sqrt() * eps
    return z
