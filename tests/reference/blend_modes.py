"""What Cairo and psd-tools make of pairs of pixels, for the tests of `app/src/document/blend`.

Each line of a file: mode, backdrop, source, opacity, result; pixels as red, green, blue and alpha.
cairo.txt      premultiplied, 8 bits: the whole operation, with alpha and opacity
psd_tools.txt  opaque, 16 bits: the formulas alone, to a level

usage: python blend_modes.py FOLDER    (needs cairocffi, numpy, psd-tools)
"""

import random
import sys
from pathlib import Path

import cairocffi as cairo
import numpy as np
from psd_tools.composite import blend as psd

CAIRO = {
    "normal": cairo.OPERATOR_OVER,
    "multiply": cairo.OPERATOR_MULTIPLY,
    "screen": cairo.OPERATOR_SCREEN,
    "overlay": cairo.OPERATOR_OVERLAY,
    "darken": cairo.OPERATOR_DARKEN,
    "lighten": cairo.OPERATOR_LIGHTEN,
    "color-dodge": cairo.OPERATOR_COLOR_DODGE,
    "color-burn": cairo.OPERATOR_COLOR_BURN,
    "hard-light": cairo.OPERATOR_HARD_LIGHT,
    "soft-light": cairo.OPERATOR_SOFT_LIGHT,
    "difference": cairo.OPERATOR_DIFFERENCE,
    "exclusion": cairo.OPERATOR_EXCLUSION,
    "hue": cairo.OPERATOR_HSL_HUE,
    "saturation": cairo.OPERATOR_HSL_SATURATION,
    "color": cairo.OPERATOR_HSL_COLOR,
    "luminosity": cairo.OPERATOR_HSL_LUMINOSITY,
    "destination-in": cairo.OPERATOR_DEST_IN,
    "erase": cairo.OPERATOR_DEST_OUT,
    "source-atop": cairo.OPERATOR_ATOP,
    "destination-atop": cairo.OPERATOR_DEST_ATOP,
}
PSD = {
    "multiply": psd.multiply,
    "screen": psd.screen,
    "overlay": psd.overlay,
    "darken": psd.darken,
    "lighten": psd.lighten,
    "color-dodge": psd.color_dodge,
    "color-burn": psd.color_burn,
    "hard-light": psd.hard_light,
    "soft-light": psd.soft_light,
    "difference": psd.difference,
    "exclusion": psd.exclusion,
    "add": psd.linear_dodge,
    "subtract": psd.subtract,
    "hue": psd.hue,
    "saturation": psd.saturation,
    "color": psd.color,
    "luminosity": psd.luminosity,
}


def surface(pixel):
    red, green, blue, alpha = pixel
    return cairo.ImageSurface.create_for_data(bytearray([blue, green, red, alpha]), cairo.FORMAT_ARGB32, 1, 1, 4)


def by_cairo(operator, backdrop, source, opacity):
    """The source first at its opacity, as a layer is, then on the backdrop."""
    faded = surface((0, 0, 0, 0))
    context = cairo.Context(faded)
    context.set_source_surface(surface(source))
    context.paint_with_alpha(opacity / 255)
    target = surface(backdrop)
    context = cairo.Context(target)
    context.set_operator(operator)
    context.set_source_surface(faded)
    context.paint()
    target.flush()
    blue, green, red, alpha = bytes(target.get_data())
    return red, green, blue, alpha


def premultiplied(rng):
    alpha = rng.choice([0, 255, 255, rng.randrange(256), rng.randrange(256)])
    return tuple(round(rng.choice([0, 255, rng.randrange(256), rng.randrange(256)]) * alpha / 255) for _ in range(3)) + (alpha,)


def by_psd_tools(formula, backdrop, source):
    below, above = (np.array([[pixel[:3]]], np.float64) / 65535 for pixel in (backdrop, source))
    return tuple(int(value) for value in np.rint(formula(below, above)[0, 0] * 65535)) + (65535,)


def opaque(rng):
    return tuple(rng.choice([0, 65535, rng.randrange(65536), rng.randrange(65536), rng.randrange(65536)]) for _ in range(3)) + (65535,)


def line(mode, *values):
    return " ".join([mode, *(str(number) for value in values for number in (value if isinstance(value, tuple) else (value,)))])


def main(folder):
    rng = random.Random(7)
    lines = []
    for mode, operator in CAIRO.items():
        for _ in range(16):
            backdrop, source, opacity = premultiplied(rng), premultiplied(rng), rng.choice([255, 255, rng.randrange(256)])
            lines.append(line(mode, backdrop, source, opacity, by_cairo(operator, backdrop, source, opacity)))
    (folder / "cairo.txt").write_text("\n".join(lines) + "\n")
    lines = []
    for mode, formula in PSD.items():
        for _ in range(16):
            backdrop, source = opaque(rng), opaque(rng)
            lines.append(line(mode, backdrop, source, 65535, by_psd_tools(formula, backdrop, source)))
    (folder / "psd_tools.txt").write_text("\n".join(lines) + "\n")


main(Path(sys.argv[1]))
