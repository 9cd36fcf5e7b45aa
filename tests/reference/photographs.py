"""Writes the photographs that `cargo run -p brushfire-tests --example inpainting_quality` looks at.

    python photographs.py FOLDER

They come with scikit-image's wheel: astronaut (NASA, public domain), coffee (Rachel Michetti, CC0), chelsea (Stefan van der
Walt, CC0), rocket (SpaceX, public domain). Each is scaled so that its shorter side has 256 pixels and cut to a square, the
starter model's size.
"""

import sys
from pathlib import Path

from PIL import Image
from skimage import data

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name in ("astronaut", "coffee", "chelsea", "rocket"):
    photo = Image.fromarray(getattr(data, name)())
    scale = 256 / min(photo.size)
    photo = photo.resize([max(256, round(side * scale)) for side in photo.size], Image.LANCZOS)
    left, top = (photo.width - 256) // 2, (photo.height - 256) // 2
    photo.crop((left, top, left + 256, top + 256)).save(folder / f"{name}.png")
