"""OpenAI's merges file -> the vocab.json and merges.txt of a CLIP tokenizer folder, whole or cut short."""

import gzip
import json


def bytes_to_unicode():
    """GPT-2's printable stand-ins for the 256 bytes, in the order in which they are numbered."""
    kept = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    characters = kept[:]
    for byte in range(256):
        if byte not in kept:
            kept.append(byte)
            characters.append(256 + len(kept) - 1 - 188)
    return [chr(c) for c in characters]


def read_merges(path, count=None):
    """The file's first line is a heading, and only the first 48894 of its merges are used."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = file.read().split("\n")
    merges = lines[1 : 49152 - 256 - 2 + 1]
    return merges if count is None else merges[:count]


def write_tokenizer(folder, merges_path, count=None):
    """Returns the size of the vocabulary."""
    merges = read_merges(merges_path, count)
    tokens = bytes_to_unicode()
    tokens += [t + "</w>" for t in tokens]
    tokens += ["".join(m.split()) for m in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {t: i for i, t in enumerate(tokens)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    special = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>",
               "pad_token": "<|endoftext|>"}
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")
    config = {**special, "add_prefix_space": False, "do_lower_case": True, "errors": "replace", "model_max_length": 77,
              "tokenizer_class": "CLIPTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    return len(tokens)
