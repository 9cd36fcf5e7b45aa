"""Makes inks.icc, a small profile of four inks, and inks.json: inks before and after lcms2's conversion to sRGB.

`python3 make_inks.py` (the system's liblcms2.so.2, 16 bits a channel, no optimisations that cost precision).
"""
import ctypes, itertools, json, pathlib, struct

HERE = pathlib.Path(__file__).parent
GRID = 5
WHITE = (0.9642, 1.0, 0.8249)
# What each ink lets through of red, green and blue light where it is full: not ideal, as printed ones are.
INKS = [(0.05, 0.45, 0.75), (0.65, 0.06, 0.30), (0.90, 0.75, 0.06), (0.03, 0.03, 0.04)]
TO_D50 = [(0.4360747, 0.3850649, 0.1430804), (0.2225045, 0.7168786, 0.0606169), (0.0139322, 0.0971045, 0.7141733)]


def lab(amounts):
    light = [1.0, 1.0, 1.0]
    for amount, passed in zip(amounts, INKS):
        light = [have * (1 - amount * (1 - one)) for have, one in zip(light, passed)]
    xyz = [sum(by * have for by, have in zip(row, light)) / white for row, white in zip(TO_D50, WHITE)]
    f = [t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def table():
    """A lut16Type (ICC.1:2001-04, 6.5.10) from inks to Lab."""
    data = b"mft2\0\0\0\0" + bytes([4, 3, GRID, 0])
    data += struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    data += struct.pack(">HH", 2, 2) + struct.pack(">HH", 0, 65535) * 4
    for amounts in itertools.product(range(GRID), repeat=4):
        lightness, a, b = lab([amount / (GRID - 1) for amount in amounts])
        encoded = (lightness * 652.8, (a + 128) * 256, (b + 128) * 256)
        data += struct.pack(">3H", *(round(min(max(value, 0), 65535)) for value in encoded))
    return data + struct.pack(">HH", 0, 65535) * 3


def profile():
    text = b"text\0\0\0\0Public domain\0"
    name = b"desc\0\0\0\0" + struct.pack(">I", 11) + b"Four inks.\0" + bytes(78)
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * value) for value in WHITE))
    tags = [(b"desc", name), (b"cprt", text), (b"wtpt", white), (b"A2B0", table())]
    body, entries, at = b"", b"", 128 + 4 + 12 * len(tags)
    for key, data in tags:
        data += bytes(-len(data) % 4)
        entries += key + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"none", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    head += struct.pack(">6H", 2026, 12, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">3i", *(round(65536 * value) for value in WHITE))
    head += bytes(128 - len(head))
    return head + struct.pack(">I", len(tags)) + entries + body


def converted(data, inks):
    lcms = ctypes.CDLL("liblcms2.so.2")
    for function in ("cmsCreateTransform", "cmsCreate_sRGBProfile", "cmsOpenProfileFromMem"):
        getattr(lcms, function).restype = ctypes.c_void_p
    cmyk_16, rgb_16, perceptual, flags = (6 << 16) | (4 << 3) | 2, (4 << 16) | (3 << 3) | 2, 0, 0x0100 | 0x0040
    opened, srgb = lcms.cmsOpenProfileFromMem(data, len(data)), lcms.cmsCreate_sRGBProfile()
    transform = lcms.cmsCreateTransform(ctypes.c_void_p(opened), cmyk_16, ctypes.c_void_p(srgb), rgb_16, perceptual, flags)
    flat = [sample for color in inks for sample in color]
    after = (ctypes.c_uint16 * (3 * len(inks)))()
    lcms.cmsDoTransform(ctypes.c_void_p(transform), (ctypes.c_uint16 * len(flat))(*flat), after, len(inks))
    return [list(after[3 * i:3 * i + 3]) for i in range(len(inks))]


if __name__ == "__main__":
    made = profile()
    (HERE / "inks.icc").write_bytes(made)
    levels = [0, 6000, 22000, 40000, 65535]
    inks = [list(color) for color in itertools.product(levels[::2], levels[1::2], levels[::2], [0, 11000, 52000])]
    (HERE / "inks.json").write_text(json.dumps({"before": inks, "after": converted(made, inks)}, separators=(",", ":")))
