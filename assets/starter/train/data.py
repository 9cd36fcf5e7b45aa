"""Downloads the icon sets and turns them into sprites: one RGBA picture per name and style.

    python data.py --work DIR

Everything comes from npm packages, fetched with the ordinary `npm pack`, at
fixed versions and checked against the hashes below. Already downloaded
packages and already rendered sprites are kept, so the script may be repeated.

Result: DIR/sprites/<style>/<slug>.png, cropped to the picture's bounding box
and scaled so that its longer side is SPRITE pixels.
"""

import argparse
import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
SPRITE = 256

# package, version, sha256 of the package file
PACKAGES = {
    "fluent3d": ("@lobehub/fluent-emoji-3d", "1.1.0",
                 "c1bb7eee7de090205a232518a9ab4adb3df458bfbe8a1f78232991194c8b2e58"),
    "fluent": ("@iconify-json/fluent-emoji", "1.2.7",
               "8044210dbf11e016d4de85f15d01a243423bd832457e7e2491df1b751c0e272b"),
    "flat": ("@iconify-json/fluent-emoji-flat", "1.2.6",
             "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175"),
    "noto": ("@iconify-json/noto", "1.2.9",
             "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad"),
    "twemoji": ("@iconify-json/twemoji", "1.2.5",
                "19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7"),
    # Never trained on: these teach and test the judge only (judge.py).
    "openmoji": ("@iconify-json/openmoji", "1.2.29",
                 "03181e2c156cab35cf4a62f1f7886bd971d59212e75ac3f189d5a4cae3930fc5"),
    "emojione": ("@iconify-json/emojione-v1", "1.2.3",
                 "6641d59d48a42823fdc2b84e7427e9f302944eb98d2c7d94d6e67c139e7b37b3"),
    # Names and code points; the 3D pictures are filed by code point.
    "names": ("unicode-emoji-json", "0.9.0",
              "ae7efacb55533385bf8767d613dbd36c71226669759d95919a6e9059f5e4c401"),
}
STYLES = ["fluent3d", "fluent", "flat", "noto", "twemoji"]
JUDGE_STYLES = ["openmoji", "emojione"]


def read_names(path=HERE / "names.txt"):
    """[(caption name, slug, [other names])] in file order; the order is the class number."""
    names = []
    for line in Path(path).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, slug, also = line.split("|")
            names.append((name, slug, [a for a in also.split(",") if a]))
    return names


def fetch(work, key):
    """Downloads and unpacks one package; returns its folder."""
    package, version, sha = PACKAGES[key]
    folder = work / "sets" / key
    if (folder / "package" / "package.json").exists():
        return folder / "package"
    store = work / "packages"
    store.mkdir(parents=True, exist_ok=True)
    file = store / f"{package.lstrip('@').replace('/', '-')}-{version}.tgz"
    if not file.exists():
        subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=store, check=True,
                       stdout=subprocess.DEVNULL)
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != sha:
        raise SystemExit(f"{file.name}: sha256 {found}, expected {sha}")
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def icon_svg(icons, slug):
    """The SVG text of an Iconify icon, following aliases."""
    entry = icons["icons"].get(slug)
    while entry is None:
        slug = icons["aliases"][slug]["parent"]
        entry = icons["icons"].get(slug)
    w = entry.get("width", icons.get("width", 16))
    h = entry.get("height", icons.get("height", 16))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="{entry.get("left", 0)} {entry.get("top", 0)} {w} {h}">{entry["body"]}</svg>')


def crop(image):
    """Cuts to the visible part and scales its longer side to SPRITE."""
    image = image.convert("RGBA")
    # A faint halo must not count as content.
    box = image.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
    image = image.crop(box)
    scale = SPRITE / max(image.size)
    size = [max(1, round(s * scale)) for s in image.size]
    # Lanczos on straight alpha would pull in the colour of invisible pixels.
    return image.convert("RGBa").resize(size, Image.LANCZOS).convert("RGBA")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    args = parser.parse_args()
    import resvg_py

    names = read_names()
    table = json.loads((fetch(args.work, "names") / "data-by-emoji.json").read_text())
    by_slug = {d["slug"].replace("_", "-"): emoji for emoji, d in table.items()}

    for style in STYLES + JUDGE_STYLES:
        source = fetch(args.work, style)
        out = args.work / "sprites" / style
        out.mkdir(parents=True, exist_ok=True)
        icons = None if style == "fluent3d" else json.loads((source / "icons.json").read_text())
        made = missing = 0
        for name, slug, _ in names:
            target = out / f"{slug}.png"
            if target.exists():
                continue
            try:
                if style == "fluent3d":
                    emoji = by_slug[slug]
                    full = "-".join(f"{ord(c):x}" for c in emoji)
                    short = "-".join(f"{ord(c):x}" for c in emoji if c != "\ufe0f")
                    files = [source / "assets" / f"{code}.webp" for code in (full, short)]
                    image = Image.open(next(f for f in files if f.exists()))
                else:
                    png = resvg_py.svg_to_bytes(svg_string=icon_svg(icons, slug), width=2 * SPRITE)
                    image = Image.open(io.BytesIO(png))
                crop(image).save(target, compress_level=1)
                made += 1
            except (KeyError, StopIteration):
                missing += 1
        print(f"{style}: {made} sprites rendered, {missing} names missing", flush=True)


if __name__ == "__main__":
    main()
