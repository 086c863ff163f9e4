"""Text and other bytes to test on: what every Python installation carries, and generators with fixed seeds."""

# Letters of other scripts are what some of it is for.
# ruff: noqa: RUF001

from __future__ import annotations

import io
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


class CountingFile(io.BytesIO):
    """Counts the bytes that are read."""

    read_bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.read_bytes += len(data)
        return data


CHINESE = "天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏閏餘成歲律呂調陽雲騰致雨露結為霜".encode() * 40

SENTENCES = {
    "latin": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. Être ou ne pas être; ¿qué pasó, señor? ",
    "cyrillic": "Съешь же ещё этих мягких французских булок, да выпей чаю. Все счастливые семьи похожи друг на друга. ",
    "greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Ἄνδρα μοι ἔννεπε, Μοῦσα, πολύτροπον, ὃς μάλα πολλὰ πλάγχθη· ",
    "arabic": "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر ومغلف بجلد أزرق. ١٢٣ في البدء كان الكلمة، ",
    "hindi": "ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण का सर्वनाश करने वाले विष्णुवतार भगवान श्रीराम। ",
    "chinese": "视野无限广，窗外有蓝天。微风迎客，软语伴茶。中国智造，慧及全球。",
    "japanese": "いろはにほへと ちりぬるを 我が世誰ぞ 常ならむ。有為の奥山、今日越えて、カタカナもある。",
    "thai": "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า กว่าบรรดาฝูงสัตว์เดรัจฉาน จงฝ่าฟันพัฒนาวิชาการ ",
    "korean": "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다. ",
    "hebrew": "דג סקרן שט בים מאוכזב ולפתע מצא חברה. ",
    "emoji": "Well 😀 done 👩‍👩‍👧‍👦! é and é, ﬁ and fi, ａｂｃ and ABC. ",
}


def shuffled(sentence: str, size: int) -> bytes:
    """Text of *size* bytes or so made of the words of *sentence*, or its characters where there are none, in any order."""
    generator = random.Random(5)
    pieces = sentence.split(" ") if sentence.count(" ") > 3 else list(sentence)
    joint = " " if sentence.count(" ") > 3 else ""
    text = sentence
    while len(text.encode()) < size:
        text += joint.join(generator.choices(pieces, k=12)) + generator.choice([joint, joint, "\n"])
    return text.encode()


def wrapped(line_end: str, width: int = 72) -> bytes:
    """English prose with every paragraph filled to *width*."""
    import textwrap

    paragraphs = english().decode()[:40_000].split("\n\n")
    return line_end.join(line for paragraph in paragraphs for line in [*textwrap.wrap(paragraph, width), ""]).encode()


def log_lines(count: int) -> bytes:
    """Lines of a server's log."""
    generator = random.Random(6)
    return "".join(
        f"2024-03-{day:02} {day % 24:02}:{generator.randrange(60):02}:00,{generator.randrange(1000):03} INFO [worker-{day % 7}] "
        f"GET /api/v1/items/{generator.randrange(10_000)} {generator.choice([200, 200, 200, 404])} {generator.random():.4f}\n"
        for day in (generator.randrange(1, 29) for _ in range(count))
    ).encode()


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
