"""A small byte-level BPE vocabulary in CLIP's layout.

    python tokenizer.py --work DIR --out ../tokenizer     learn and write

The layout is CLIP's: 256 byte symbols, the same with `</w>` (end of word),
then one entry a merge, then the two special tokens. Words of the captions
come first; what is left of the vocabulary goes to the names of all emoji, so
that names taught later are not spelt letter by letter.
"""

import argparse
import json
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

from models import TEXT_CONFIG

START, END, LENGTH = "<|startoftext|>", "<|endoftext|>", 77
# CLIP's split: contractions, runs of letters, single digits, runs of the rest.
SPLIT = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|[^\s\w]+|_+")


def byte_symbols():
    """CLIP's printable stand-in for each byte."""
    keep = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    table, extra = {b: chr(b) for b in keep}, 0
    for b in range(256):
        if b not in table:
            table[b] = chr(256 + extra)
            extra += 1
    return {**{b: table[b] for b in keep}, **table}  # CLIP's order: printable bytes first


SYMBOLS = byte_symbols()


def words(text):
    for word in SPLIT.findall(text.lower()):
        yield "".join(SYMBOLS[b] for b in word.encode("utf-8"))


def learn(counts, merges_wanted):
    """Plain BPE: the most frequent pair is merged, again and again."""
    split = {w: (*w[:-1], w[-1] + "</w>") for w in counts}
    merges = []
    while len(merges) < merges_wanted:
        pairs = Counter()
        for w, parts in split.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += counts[w]
        if not pairs:
            break
        best = max(pairs, key=lambda p: (pairs[p], p))
        merges.append(best)
        for w, parts in split.items():
            if best[0] in parts:
                split[w] = merge(parts, best)
    return merges


def merge(parts, pair):
    out, i = [], 0
    while i < len(parts):
        if i + 1 < len(parts) and (parts[i], parts[i + 1]) == pair:
            out.append(parts[i] + parts[i + 1])
            i += 2
        else:
            out.append(parts[i])
            i += 1
    return tuple(out)


class Tokenizer:
    def __init__(self, folder):
        self.vocab = json.loads((Path(folder) / "vocab.json").read_text(encoding="utf-8"))
        lines = (Path(folder) / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]
        self.rank = {tuple(l.split()): i for i, l in enumerate(lines) if l}
        self.word = lru_cache(maxsize=None)(self._word)

    def _word(self, word):
        parts = (*word[:-1], word[-1] + "</w>")
        while len(parts) > 1:
            pair = min(zip(parts, parts[1:]), key=lambda p: self.rank.get(p, 1 << 30))
            if pair not in self.rank:
                break
            parts = merge(parts, pair)
        return [self.vocab[p] for p in parts]

    def __call__(self, text):
        """77 numbers: start, the words, end; padded with the end token."""
        ids = [i for w in words(text) for i in self.word(w)][: LENGTH - 2]
        ids = [self.vocab[START], *ids, self.vocab[END]]
        return ids + [self.vocab[END]] * (LENGTH - len(ids))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    counts = Counter()
    for info in json.loads((args.work / "pictures.json").read_text()):
        counts.update(words(info["caption"]))
    table = json.loads((args.work / "sets/names/package/data-by-emoji.json").read_text())
    for entry in table.values():
        if entry["group"] not in ("Flags", "Smileys & Emotion"):
            for w in set(words(entry["name"])):
                counts.setdefault(w, 1)
    size = TEXT_CONFIG["vocab_size"]
    merges = learn(counts, size - 2 - 512)
    symbols = list(SYMBOLS.values())
    vocab = symbols + [s + "</w>" for s in symbols] + ["".join(m) for m in merges]
    # A full vocabulary keeps the numbers of the special tokens fixed.
    assert len(vocab) == len(set(vocab)) == size - 2, len(vocab)
    vocab += [START, END]
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(vocab)}, ensure_ascii=False),
                                         encoding="utf-8")
    (args.out / "merges.txt").write_text("\n".join(["#version: 0.2"] + [" ".join(m) for m in merges]) + "\n",
                                         encoding="utf-8")
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    (args.out / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")
    (args.out / "tokenizer_config.json").write_text(json.dumps({
        "add_prefix_space": False, "clean_up_tokenization_spaces": True, "do_lower_case": True, "errors": "replace",
        "model_max_length": LENGTH, "tokenizer_class": "CLIPTokenizer", **special}, indent=2) + "\n")
    print(f"{len(counts)} words, {len(merges)} merges")


if __name__ == "__main__":
    main()
