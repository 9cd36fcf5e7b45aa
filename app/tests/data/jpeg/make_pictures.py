"""Makes two JPEG files of four inks (Pillow) and expected.json: what lcms2 makes of the middle of each 8 x 8 square.

`python3 make_pictures.py`, after `../icc/make_inks.py`.
"""
import json, pathlib
import numpy
from PIL import Image, ImageCms

HERE = pathlib.Path(__file__).parent
PROFILE = HERE.parent / "icc" / "inks.icc"

squares = numpy.array([[[40 * x % 256, 48 * y % 256, 23 * (x + y) % 256, 29 * (x * y) % 160] for x in range(8)]
                       for y in range(6)], dtype=numpy.uint8)
inks = squares.repeat(8, axis=0).repeat(8, axis=1)
icc = PROFILE.read_bytes()
Image.fromarray(inks, "CMYK").save(HERE / "cmyk.jpg", quality=97, icc_profile=icc)

# YCCK: luma and chroma of what the inks leave of white, turned around (Adobe Technical Note 5116). Pillow writes four
# channels turned around and without a transform; the byte that names it is put in afterwards.
left = 255.0 - inks[..., :3].astype(float)
red, green, blue = numpy.moveaxis(255.0 - left, 2, 0)
luma = 0.299 * red + 0.587 * green + 0.114 * blue
ycck = numpy.stack([luma, 128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402, 255.0 - inks[..., 3]], axis=2)
turned = (255 - ycck.round().clip(0, 255)).astype(numpy.uint8)
path = HERE / "ycck.jpg"
Image.fromarray(turned, "CMYK").save(path, quality=97, icc_profile=icc)
data = bytearray(path.read_bytes())
at = data.index(b"Adobe")
assert data[at + 11] == 0
data[at + 11] = 2
path.write_bytes(data)

way = ImageCms.buildTransform(str(PROFILE), ImageCms.createProfile("sRGB"), "CMYK", "RGB", renderingIntent=0)
rgb = numpy.asarray(ImageCms.applyTransform(Image.fromarray(inks, "CMYK"), way))
(HERE / "expected.json").write_text(json.dumps(rgb[4::8, 4::8].reshape(-1, 3).tolist(), separators=(",", ":")))

# What other programs see of both.
for name in ("cmyk.jpg", "ycck.jpg"):
    seen = numpy.asarray(Image.open(HERE / name)).astype(int)
    assert abs(seen[4::8, 4::8] - inks[4::8, 4::8].astype(int)).max() <= 4, name
