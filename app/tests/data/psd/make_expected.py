"""Writes expected.json: what psd-tools reads from the PSD files beside it. `python3 make_expected.py`."""
import json, pathlib
import numpy
from psd_tools import PSDImage

HERE = pathlib.Path(__file__).parent


def pixels(layer):
    """Straight RGBA as 0..65535 at a lattice of points, in the canvas's coordinates; the layer's mask in its alpha."""
    color, alpha = layer.numpy("color"), layer.numpy("shape")
    if color.shape[2] == 1:
        color = numpy.repeat(color, 3, axis=2)
    if layer.has_mask() and not layer.mask.disabled:
        box, mask = layer.mask.bbox, layer.numpy("mask")
        whole = numpy.full(alpha.shape, layer.mask.background_color / 255.0)
        for y in range(layer.height):
            for x in range(layer.width):
                inside_y, inside_x = y + layer.top - box[1], x + layer.left - box[0]
                if 0 <= inside_y < mask.shape[0] and 0 <= inside_x < mask.shape[1]:
                    whole[y, x, 0] = mask[inside_y, inside_x, 0]
        alpha = alpha * whole
    both = numpy.concatenate([color, alpha], axis=2)
    points = [(x, y) for y in range(0, layer.height, 3) for x in range(0, layer.width, 5)]
    return [[x + layer.left, y + layer.top, *(round(float(v) * 65535) for v in both[y, x])] for x, y in points]


expected = {}
for path in sorted(HERE.glob("*.ps[db]")):
    layers = [layer for layer in PSDImage.open(path).descendants() if not layer.is_group() and layer.width]
    expected[path.name] = {layer.name: pixels(layer) for layer in layers}
(HERE / "expected.json").write_text(json.dumps(expected, separators=(",", ":")))
