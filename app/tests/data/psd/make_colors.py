"""Makes PSD files of colours that GIMP 2.10 cannot write, and colors.json: what psd-tools reads from them, in sRGB by lcms2.

`python3 make_colors.py` (psd-tools 1.26, the system's liblcms2.so.2). cmyk.psd and large.psb are written by
psd-tools, lab-16.psd and float.psd by the few lines below, deflated with a prediction, as Photoshop does it.
"""
import ctypes, json, pathlib, struct, zlib
import numpy
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import BlendMode, Resource
from psd_tools.psd.image_resources import ImageResource

HERE = pathlib.Path(__file__).parent
INKS = (HERE.parent / "icc" / "inks.icc").read_bytes()
WIDTH, HEIGHT = 40, 30
x, y = numpy.meshgrid(numpy.arange(WIDTH), numpy.arange(HEIGHT))


def planes(*channels):
    return numpy.stack([numpy.broadcast_to(channel, (HEIGHT, WIDTH)) for channel in channels], axis=2)


def cmyk():
    document = PSDImage.new("CMYK", (WIDTH, HEIGHT))
    ground = planes(x * 6, y * 8, 60, 20).astype(numpy.uint8)
    document.create_pixel_layer(Image.fromarray(ground, "CMYK"), name="Ground")
    shade = Image.fromarray(planes(200, 30, x * 3, 0).astype(numpy.uint8)[5:25, 10:30].copy(), "CMYK")
    document.create_pixel_layer(shade, name="Shade", top=5, left=10, opacity=128, blend_mode=BlendMode.MULTIPLY)
    document.image_resources[Resource.ICC_PROFILE] = ImageResource(key=Resource.ICC_PROFILE.value, data=INKS)
    document.save(HERE / "cmyk.psd")


def large():
    document = PSDImage.new("RGB", (WIDTH, HEIGHT))
    document._record.header.version = 2
    document.create_pixel_layer(Image.fromarray(planes(x * 6, y * 8, 90).astype(numpy.uint8), "RGB"), name="Ground")
    document.save(HERE / "large.psb")


def by_hand(name, mode, depth, channels, block):
    """One layer "Ground" over all of the canvas, in a block of its own, deflated with prediction."""
    def predicted(plane):
        if depth == 32:
            data = plane.astype(">f4").tobytes()
            rows = numpy.frombuffer(data, numpy.uint8).reshape(HEIGHT, WIDTH, 4).transpose(0, 2, 1).reshape(HEIGHT, -1)
            rows = numpy.diff(rows.astype(numpy.int16), axis=1, prepend=0).astype(numpy.uint8)
        else:
            rows = numpy.diff(plane.astype(numpy.int32), axis=1, prepend=0).astype(numpy.uint16).astype(">u2")
        return struct.pack(">H", 3) + zlib.compress(rows.tobytes())

    data = [predicted(channel) for channel in channels]
    extra = struct.pack(">II", 0, 0) + b"\x06Ground\0"
    record = struct.pack(">4iH", 0, 0, HEIGHT, WIDTH, len(data))
    record += b"".join(struct.pack(">hI", number, len(channel)) for number, channel in enumerate(data))
    record += b"8BIMnorm" + bytes([255, 0, 0, 0]) + struct.pack(">I", len(extra)) + extra
    info = struct.pack(">h", 1) + record + b"".join(data)
    info += bytes(-len(info) % 4)
    section = struct.pack(">II", 0, 0) + b"8BIM" + block + struct.pack(">I", len(info)) + info
    merged = b"".join(channel.astype(">f4" if depth == 32 else ">u2").tobytes() for channel in channels)
    file = b"8BPS" + struct.pack(">H6xHIIHH", 1, len(channels), HEIGHT, WIDTH, depth, mode)
    file += struct.pack(">III", 0, 0, len(section)) + section + struct.pack(">H", 0) + merged
    (HERE / name).write_bytes(file)


lcms = ctypes.CDLL("liblcms2.so.2")
for function in ("cmsCreateTransform", "cmsCreate_sRGBProfile", "cmsOpenProfileFromMem", "cmsCreateLab4Profile"):
    getattr(lcms, function).restype = ctypes.c_void_p
LAB_DOUBLE = (1 << 22) | (10 << 16) | (3 << 3)
CMYK_16, RGB_16 = (6 << 16) | (4 << 3) | 2, (4 << 16) | (3 << 3) | 2


def through_lcms(profile, form, values, kind):
    transform = lcms.cmsCreateTransform(ctypes.c_void_p(profile), form, ctypes.c_void_p(lcms.cmsCreate_sRGBProfile()),
                                        RGB_16, 0, 0x0100 | 0x0040)
    flat = [value for color in values for value in color]
    after = (ctypes.c_uint16 * (3 * len(values)))()
    lcms.cmsDoTransform(ctypes.c_void_p(transform), (kind * len(flat))(*flat), after, len(values))
    return [list(after[3 * i:3 * i + 3]) for i in range(len(values))]


def in_srgb(name, colors):
    """`colors`: as psd-tools reads them, 0 to 1."""
    if name.startswith("cmyk"):
        inks = [[round((1 - float(value)) * 65535) for value in color] for color in colors]
        return through_lcms(lcms.cmsOpenProfileFromMem(INKS, len(INKS)), CMYK_16, inks, ctypes.c_uint16)
    if name.startswith("lab"):
        lab = [[float(c[0]) * 100, float(c[1]) * 255 - 128, float(c[2]) * 255 - 128] for c in colors]
        return through_lcms(lcms.cmsCreateLab4Profile(None), LAB_DOUBLE, lab, ctypes.c_double)
    if name.startswith("float"):
        light = [[min(max(float(value), 0), 1) for value in color] for color in colors]
        curve = lambda v: 12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055
        return [[round(curve(value) * 65535) for value in color] for color in light]
    return [[round(float(value) * 65535) for value in color] for color in colors]


cmyk()
large()
lab = [x * 1600, 20000 + y * 900, 45000 - x * 700]
by_hand("lab-16.psd", 9, 16, [numpy.broadcast_to(channel, (HEIGHT, WIDTH)) for channel in lab], b"Lr16")
light = [(x / 30.0) ** 2, y / 30.0, numpy.full((HEIGHT, WIDTH), 0.002)]
by_hand("float.psd", 3, 32, [numpy.broadcast_to(channel, (HEIGHT, WIDTH)) for channel in light], b"Lr32")

expected = {}
for name in ("cmyk.psd", "lab-16.psd", "float.psd", "large.psb"):
    for layer in PSDImage.open(HERE / name):
        color = layer.numpy("color")
        points = [(x, y) for y in range(1, layer.height, 7) for x in range(2, layer.width, 5)]
        rgb = in_srgb(name, [color[y, x] for x, y in points])
        values = [[x + layer.left, y + layer.top, *rgb] for (x, y), rgb in zip(points, rgb)]
        expected.setdefault(name, {})[layer.name] = values
(HERE / "colors.json").write_text(json.dumps(expected, separators=(",", ":")))
