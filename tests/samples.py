"""Text and other bytes to test on: what every Python installation carries, and generators with fixed seeds."""

from __future__ import annotations

import random
from functools import cache

from corpora import load


@cache
def english() -> bytes:
    """About 700 kB of English documentation with code in it."""
    import pydoc_data.topics as topics

    return "\n".join(topics.topics[name] for name in sorted(topics.topics)).encode()


@cache
def source_code() -> bytes:
    """About 200 kB of Python."""
    import argparse
    import inspect
    import typing

    return (inspect.getsource(argparse) + inspect.getsource(typing)).encode()


def synthetic_text(size: int, vocabulary: int = 2000, seed: int = 1) -> bytes:
    """Words of made-up letters with a Zipf-like frequency, capitals and punctuation; the same on every machine."""
    generator = random.Random(seed)
    words = ["".join(generator.choice("etaoinshrdlu") for _ in range(generator.randint(1, 9))) for _ in range(vocabulary)]
    pieces: list[str] = []
    length = 0
    while length < size:
        word = words[min(int(generator.paretovariate(0.7)) - 1, vocabulary - 1)]
        end = generator.choice([" ", " ", " ", " ", ", ", ". ", "\n"])
        pieces.append((word.capitalize() if generator.random() < 0.1 else word) + end)
        length += len(pieces[-1])
    return "".join(pieces).encode()[:size]


def random_bytes(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def corpus(name: str) -> bytes | None:
    """A corpus that is at hand, or None."""
    return load(name)


CHINESE = "天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏閏餘成歲律呂調陽雲騰致雨露結為霜".encode() * 40

# Small inputs that each try one thing; every path of the package takes them all.
SMALL = {
    "empty": b"",
    "one byte": b"a",
    "one space": b" ",
    "one nul": b"\0",
    "one high byte": b"\xff",
    "one word": b"word",
    "two words": b"two words",
    "white space": b" \n\t\r" * 50,
    "case": b"lower Title UPPER McDonald eBay A I aB Ab AB iPhone\n" * 20,
    "high letters": "École ÉCOLE école Ünïcödé ÿ\n".encode() * 20,
    "invalid utf-8": b"caf\xe9 \xff\xfe\x80 words\xc3 \xc3\x28 more\n" * 30,
    "nul in text": b"text with \0 in it. " * 40,
    "late nul": b"word " * 2000 + b"\0" + b"word " * 50,
    "digits": b"0123456789 3.14159 2,718\n" * 40,
    "punctuation": b"!@#$%^&*()[]{};:'\"<>,./?\\|`~" * 20,
    "chinese": CHINESE,
    "repeats": b"the same line again and again\n" * 300,
    "one letter": b"a" * 5000,
    "all bytes": bytes(range(1, 256)) * 8,
    "random": random_bytes(1000),
    "no nul random": bytes(1 + byte % 255 for byte in random_bytes(3000, 2)),
    "crlf": b"line one\r\nline two\r\n\r\n" * 50,
    "4,999 words": b"ab " * 4999,
    "5,000 words": b"ab cd " * 2500,
}
