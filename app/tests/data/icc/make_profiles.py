"""Makes the colour profiles beside this file and profiles.json: colours before and after a conversion to sRGB.

Everything is done by lcms2 (the system's liblcms2.so.2, version 2.14 or later) with 16 bits a channel and without the
optimisations that cost precision: `python3 make_profiles.py`.
"""
import ctypes, json, pathlib

lcms = ctypes.CDLL("liblcms2.so.2")
for name in ("cmsBuildGamma", "cmsBuildParametricToneCurve", "cmsCreateRGBProfile", "cmsCreateGrayProfile",
             "cmsCreateTransform", "cmsCreate_sRGBProfile", "cmsOpenProfileFromMem"):
    getattr(lcms, name).restype = ctypes.c_void_p
HERE = pathlib.Path(__file__).parent
NO_OPTIMISATION, NO_CACHE = 0x0100, 0x0040
RGB_16 = (4 << 16) | (3 << 3) | 2
GRAY_16 = (3 << 16) | (1 << 3) | 2
PERCEPTUAL = 0


class Chromaticity(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double), ("y", ctypes.c_double), ("Y", ctypes.c_double)]


def primaries(*xy):
    return (Chromaticity * 3)(*(Chromaticity(x, y, 1.0) for x, y in xy))


D65, D50 = Chromaticity(0.3127, 0.3290, 1.0), Chromaticity(0.3457, 0.3585, 1.0)


def gamma(value):
    return lcms.cmsBuildGamma(None, ctypes.c_double(value))


def srgb_curve():
    parameters = (ctypes.c_double * 5)(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return lcms.cmsBuildParametricToneCurve(None, 4, parameters)


def rgb(white, colors, curve):
    curves = (ctypes.c_void_p * 3)(curve, curve, curve)
    return lcms.cmsCreateRGBProfile(ctypes.byref(white), colors, curves)


def save(profile, name):
    lcms.cmsSetProfileVersion(ctypes.c_void_p(profile), ctypes.c_double(2.1 if name.endswith("v2") else 4.3))
    size = ctypes.c_uint32(0)
    lcms.cmsSaveProfileToMem(ctypes.c_void_p(profile), None, ctypes.byref(size))
    data = ctypes.create_string_buffer(size.value)
    lcms.cmsSaveProfileToMem(ctypes.c_void_p(profile), data, ctypes.byref(size))
    (HERE / f"{name}.icc").write_bytes(data.raw)
    return lcms.cmsOpenProfileFromMem(data.raw, size)


def converted(profile, colors, channels):
    form = GRAY_16 if channels == 1 else RGB_16
    flags = NO_OPTIMISATION | NO_CACHE
    transform = lcms.cmsCreateTransform(ctypes.c_void_p(profile), form, ctypes.c_void_p(lcms.cmsCreate_sRGBProfile()),
                                        RGB_16, PERCEPTUAL, flags)
    flat = [sample for color in colors for sample in color]
    before = (ctypes.c_uint16 * len(flat))(*flat)
    after = (ctypes.c_uint16 * (3 * len(colors)))()
    lcms.cmsDoTransform(ctypes.c_void_p(transform), before, after, len(colors))
    return [list(after[3 * i:3 * i + 3]) for i in range(len(colors))]


LEVELS = [0, 700, 5000, 16384, 32768, 50000, 65535]
COLORS = [[r, g, b] for r in LEVELS for g in LEVELS[::3] for b in LEVELS[::2]]
GRAYS = [[level] for level in range(0, 65536, 1365)]

made = {
    "display-p3": rgb(D65, primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), srgb_curve()),
    "adobe-rgb-v2": rgb(D65, primaries((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), gamma(563 / 256)),
    "prophoto": rgb(D50, primaries((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), gamma(1.8)),
    "srgb-v2": lcms.cmsCreate_sRGBProfile(),
    "srgb": lcms.cmsCreate_sRGBProfile(),
    "gray-1.8": lcms.cmsCreateGrayProfile(ctypes.byref(D50), ctypes.c_void_p(gamma(1.8))),
    "gray-srgb": lcms.cmsCreateGrayProfile(ctypes.byref(D50), ctypes.c_void_p(srgb_curve())),
}
values = {}
for name, profile in made.items():
    opened = save(profile, name)
    colors = GRAYS if name.startswith("gray") else COLORS
    values[name] = {"before": colors, "after": converted(opened, colors, len(colors[0]))}
(HERE / "profiles.json").write_text(json.dumps(values, separators=(",", ":")))
