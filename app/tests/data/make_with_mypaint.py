"""Makes ora/mypaint.ora with MyPaint 2.0's own library: `cd /usr/lib/mypaint; python3 .../make_with_mypaint.py OUTPUT`.

Soft strokes: above all others a normal layer, below it an isolated group with a multiplied layer, a pass-through group,
and MyPaint's background. Colours are mixed as they are stored (an EOTF of 1), as in other programs.
"""
import sys
sys.path.insert(0, "/usr/lib/mypaint")
import gi
gi.require_version("Gtk", "3.0")
gi.require_version("GdkPixbuf", "2.0")
import lib.brush, lib.document, lib.eotf, lib.layer, lib.mypaintlib

lib.eotf.set_eotf(1.0)

document = lib.document.Document(painting_only=True)
document.set_frame([0, 0, 96, 64], user_initiated=True)
document.set_frame_enabled(True, user_initiated=True)
root = document.layer_stack


def paint(layer, x0, y0, x1, y1, color):
    brush = lib.brush.Brush(lib.brush.BrushInfo())
    brush.brushinfo.set_base_value("radius_logarithmic", 2.0)
    brush.brushinfo.set_base_value("hardness", 0.6)
    brush.brushinfo.set_base_value("opaque", 0.8)
    brush.brushinfo.set_color_rgb(color)
    surface = layer._surface
    surface.begin_atomic()
    for step in range(60):
        t = step / 59
        brush.stroke_to(surface.backend, x0 + t * (x1 - x0), y0 + t * (y1 - y0), 1.0, 0, 0, 0.02, 1.0, 0.0, 0.0)
    surface.end_atomic()


def add(path, name, mode=lib.mypaintlib.CombineNormal, opacity=1.0, kind=lib.layer.PaintingLayer):
    layer = kind(name=name)
    layer.mode = mode
    layer.opacity = opacity
    root.deepinsert(path, layer)
    return layer


while len(root):
    root.pop(0)
top = add((0,), "top")
paint(top, 5, 10, 90, 50, (0.2, 0.4, 0.9))
group = add((1,), "isolated", opacity=0.7, kind=lib.layer.LayerStack)
inside = add((1, 0), "inside")
paint(inside, 10, 55, 80, 12, (0.9, 0.3, 0.1))
shade = add((1, 1), "shade", mode=lib.mypaintlib.CombineMultiply, opacity=0.5)
paint(shade, 40, 5, 50, 60, (0.4, 0.8, 0.4))
through = add((2,), "through", mode=lib.layer.PASS_THROUGH_MODE, kind=lib.layer.LayerStack)
light = add((2, 0), "light", mode=lib.mypaintlib.CombineScreen)
paint(light, 60, 30, 95, 30, (0.5, 0.5, 0.1))
document.save(sys.argv[1])
