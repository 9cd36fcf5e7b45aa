"""Writes tokens.json.gz: strings and their token ids by transformers' CLIPTokenizer over OpenAI's whole vocabulary.

usage: python tokens.py OUT_FOLDER MERGES.txt.gz
"""

import gzip
import json
import random
import sys
import tempfile
import unicodedata
from pathlib import Path

import tokenizers
import transformers
from transformers import CLIPTokenizer

from tokenizer_files import write_tokenizer

WRITTEN = [
    "", " ", "  \t\n ", "a", "A", "a photograph of an astronaut riding a horse",
    "masterpiece, best quality, (highly detailed:1.3), [blurry], 8k uhd, dslr", "trending on artstation!!!",
    "it's what they'll've said: I'd, you're, we've, don't, 'S 'T 'RE", "'s", "''s", "'", "’s ‘quoted’", "rock'n'roll", "l'été",
    "1234567890", "3.14159", "1920s 16:9 4K", "x²", "½ ⅓ Ⅷ ⑨", "٣٤٥", "१२३",
    "café", "cafe\u0301", "ＦＵＬＬ　ＷＩＤＴＨ", "ﬁne ﬂow", "Straße", "İstanbul ISTANBUL ıi", "ΣΊΣΥΦΟΣ ὈΔΥΣΣΕΎΣ", "Ǆ ǅ ǆ",
    "猫と犬が公園で遊んでいる", "一只猫坐在窗台上", "고양이 한 마리", "한글", "Москва зимой", "صورة لقطة", "חתול", "ภาพถ่ายแมว",
    "नमस्ते दुनिया", "😀", "👩‍👩‍👧‍👦 family", "🇯🇵🇫🇷", "☕️ vs ☕", "👍🏽", "♥♥♥", "→⇒≠≤",
    "a\u00a0b", "a\u2003b", "a\u200bb", "a\u3000b", "a\u2028b", "a\ufeffb", "tab\tnew\nline\r\nend", "\x00", "a\x00b", "\x1b[31m", "\x7f",
    "\x85", "a\x85b", "\x1c\x1d\x1e\x1f", "soft\u00adhyphen", "<|startoftext|>", "a <|endoftext|> b", "<|ENDOFTEXT|>", "<|endoftext|>",
    "x<|startoftext|>y", "<b>html</b> &amp; &lt;", "http://example.com/a?b=c&d=%20", "mail@example.com", "C:\\path\\file", "_under_score_",
    "snake_case CamelCase kebab-case", "....", ". . .", "!?!?", "—–-", "$€£¥", "#hashtag @name", "<lora:detail:0.8>", "{a|b|c}", "__wildcard__",
    "antidisestablishmentarianism", "Pneumonoultramicroscopicsilicovolcanoconiosis", "supercalifragilisticexpialidocious",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "a" * 200, "ab" * 90, "q" * 77, "🐱" * 30, "é" * 50, "e\u0301" * 50,
    "\u0301", "a\u0301\u0302\u0303", "Zalgo h̸̡̪̯ͨ͊̽̅̾̎e̫̺̭", "\ufffd", "\U0001f9d1\u200d\U0001f680", "\U00020000\U0002a6d6", "\ue000", "\U000f0000", "ʼn ŉ", "ẞ", "K", "Å",
]
RANGES = [
    (0x20, 0x7F, 12), (0x00, 0x20, 1), (0x7F, 0xA1, 1), (0xA1, 0x250, 4), (0x250, 0x370, 1), (0x370, 0x530, 2), (0x590, 0x780, 1),
    (0x900, 0xE00, 1), (0xE00, 0x1200, 1), (0x1E00, 0x2000, 1), (0x2000, 0x2070, 1), (0x2070, 0x2C00, 2), (0x3000, 0x3100, 2),
    (0x4E00, 0xA000, 2), (0xAC00, 0xD7A4, 1), (0xF900, 0x10000, 1), (0x10000, 0x20000, 1), (0x1F300, 0x1FB00, 2), (0xE0000, 0xE0080, 1),
]
WORDS = """a an the of in on with by and portrait landscape castle dragon woman man cat dog forest river mountain city night
sunset neon cyberpunk watercolor oil painting sketch ink digital art intricate ultra detailed cinematic lighting bokeh render
octane unreal engine style greg rutkowski mucha van gogh monet hokusai ukiyo-e anime manga soft pastel vibrant moody""".split()


def random_string(rng):
    kind = rng.random()
    if kind < 0.35:
        words = [rng.choice(WORDS) for _ in range(rng.randint(1, 25))]
        words = [w.upper() if rng.random() < 0.1 else w.title() if rng.random() < 0.2 else w for w in words]
        for _ in range(rng.randint(0, 3)):
            words.insert(rng.randrange(len(words) + 1), rng.choice(["'s", "1970", "3d", "(x:1.2)", "—", "don't", "8k", "é", "n°5"]))
        return rng.choice([" ", ", ", "  ", "-", "_", "\n"]).join(words)
    if kind < 0.5:
        letters = "etaoinshrdlucmfwypvbgkjqxz"
        return "".join(rng.choice(letters[: rng.randint(3, 26)]) for _ in range(rng.randint(5, 60)))
    weights = [w for *_, w in RANGES]
    mixed = rng.random() < 0.5
    one = rng.choices(RANGES, weights)[0]
    characters = []
    for _ in range(rng.randint(1, 24)):
        low, high, _w = rng.choices(RANGES, weights)[0] if mixed else one
        c = rng.randrange(low, high)
        if not 0xD800 <= c < 0xE000:
            characters.append(chr(c))
    text = "".join(characters)
    return unicodedata.normalize(rng.choice(["NFC", "NFD", "NFKD"]), text) if rng.random() < 0.3 else text


def main(out, merges):
    with tempfile.TemporaryDirectory() as folder:
        write_tokenizer(Path(folder), merges)
        tokenizer = CLIPTokenizer.from_pretrained(folder)
    assert len(tokenizer) == 49408
    rng = random.Random(1)
    texts = list(dict.fromkeys(WRITTEN + [random_string(rng) for _ in range(4000)]))
    ids = tokenizer(texts, add_special_tokens=False).input_ids
    assert tokenizer("a cat").input_ids == [49406, 320, 2368, 49407]
    document = {
        "about": "[text, ids] by transformers.CLIPTokenizer; ids without start (49406) and end (49407) unless the text spells them",
        "tokenizer": f"{CLIPTokenizer.__mro__[0].__name__} ({CLIPTokenizer.__mro__[1].__name__}: written in Rust, no ftfy)",
        "versions": {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__},
        "normalizer": json.loads(tokenizer.backend_tokenizer.to_str())["normalizer"],
        "pre_tokenizer": json.loads(tokenizer.backend_tokenizer.to_str())["pre_tokenizer"],
        "cases": list(zip(texts, ids)),
    }
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    (Path(out) / "tokens.json.gz").write_bytes(gzip.compress(data, mtime=0))
    print(len(texts), "texts,", sum(map(len, ids)), "tokens,", document["normalizer"], document["pre_tokenizer"])


if __name__ == "__main__":
    main(*sys.argv[1:])
