"""Writes tests/data: run once per format version; the files are kept for ever, and every release must read them."""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path

from frames.test_frame import FRAME_HEADER_SIZE, block, frame_header, tail, varint
from samples import CHINESE, random_bytes, synthetic_text

import quasicryth

paper = partial(quasicryth.compress, engine="paper")

DATA = Path(__file__).parent.parent / "data"
TEXT = synthetic_text(6000)
PACKED = paper(TEXT)
STORED = b"stored by hand"
# 210,000 words, 6,859 of them different.
TIERS = b"a b c " * 65_000 + " ".join("".join(word) for word in product("abcdefghijklmnopqrs", repeat=3)).encode() + TEXT

# Wrapped as in a book, with line ends of two kinds.
WRAPPED = b"\n".join(TEXT.replace(b"\n", b" ")[start : start + 70] for start in range(0, 5000, 70)) + b" ends\r\n"

# Each file says in one line what is in it, or what is wrong with it.
FILES = {
    "good-empty": ("the frame of nothing", paper(b"")),
    "good-one-byte": ("a stored block of one byte", paper(b"a")),
    "good-paper-multi": ("6,000 bytes of text, all 36 tilings", PACKED),
    "good-paper-none": ("the same, without phrases", paper(TEXT, tiling="none")),
    "good-paper-all": ("text with long repeats: phrases of many levels", paper(TEXT[:3000] * 4, tiling="all")),
    "good-paper-blocks": ("the text in three blocks", paper(TEXT, block_size=2500)),
    "good-paper-chinese": ("Chinese without spaces: all escapes", paper(CHINESE[:3000] + TEXT[:3000])),
    "good-paper-tiers": ("6,859 different words: two tiers of unigrams", paper(TIERS)),
    "good-fast-1": ("6,000 bytes of text, no phrases", quasicryth.compress(TEXT, 1)),
    "good-fast-3": ("the same with Chinese, phrases and matches", quasicryth.compress(TEXT * 2 + CHINESE[:900] + WRAPPED * 3, 3)),
    "good-mix-4": ("6,000 bytes of text, choice by choice in few contexts", quasicryth.compress(TEXT, 4)),
    "good-mix-6": ("the same in many, with Chinese and one part twice", quasicryth.compress(TEXT + CHINESE[:900] + TEXT[:2000], 6)),
    "good-mix-7": ("the text, bit by bit in eight contexts", quasicryth.compress(TEXT, 7)),
    "good-mix-9": ("the same as at level 6, bit by bit in sixteen", quasicryth.compress(TEXT + CHINESE[:900] + TEXT[:2000], 9)),
    "good-mix-wrapped": ("wrapped text, in two blocks", quasicryth.compress(WRAPPED, 5, block_size=3000)),
    "good-zstd": ("a zstd block, because of its zero bytes", paper(b"zero \0 byte " * 30)),
    "good-stored": ("a stored block of random bytes", paper(random_bytes(200))),
    "good-two-frames": ("two frames, to be joined", paper(b"first ") + paper(b"second")),
    "good-by-hand": ("a frame no encoder made", frame_header() + block(STORED) + tail(STORED, varint(len(STORED)) * 2)),
    "bad-empty-file": ("no bytes at all", b""),
    "bad-magic": ("the zero byte of the magic is a line feed", PACKED[:4] + b"\n" + PACKED[5:]),
    "bad-header-checksum": ("one bit of the frame header's checksum", PACKED[:11] + bytes([PACKED[11] ^ 1]) + PACKED[12:]),
    "bad-block-size": ("the frame header states a block size of 0", frame_header(block_size=0) + PACKED[FRAME_HEADER_SIZE:]),
    "bad-payload-bit": ("one bit in the middle of the payload", PACKED[:900] + bytes([PACKED[900] ^ 16]) + PACKED[901:]),
    "bad-raw-checksum": ("a block whose content checksum is 0", frame_header() + block(STORED, raw_checksum=bytes(4))),
    "bad-block-number": ("the first block calls itself the second", frame_header() + block(STORED, ordinal=1)),
    "bad-truncated": ("the last byte is missing", PACKED[:-1]),
    "bad-no-tail": ("the file ends after the last block", frame_header() + block(STORED)),
    "bad-index": ("the index states another size", frame_header() + block(STORED) + tail(STORED, varint(14) + varint(15))),
    "bad-junk": ("a newline after the frame", PACKED + b"\n"),
    "bad-claims-gigabyte": (
        "a payload of a gigabyte that is not there",
        frame_header(block_size=1 << 30) + block(b"x", raw_size=1 << 30),
    ),
    "unsupported-version": ("version 2", frame_header(version=2) + PACKED[FRAME_HEADER_SIZE:]),
    "unsupported-flag": ("a reserved flag of the frame header is set", frame_header(flags=1) + PACKED[FRAME_HEADER_SIZE:]),
    "unsupported-kind": ("a block of kind 77", frame_header() + block(STORED, kind=77)),
}


def main() -> None:
    """Write the files that are not there, and their list."""
    for name, (_, content) in FILES.items():
        path = DATA / f"{name}.qcz"
        if not path.exists():
            path.write_bytes(content)
    lines = [f"| {name}.qcz | {meaning} |" for name, (meaning, _) in FILES.items()]
    header = [
        "# Golden files",
        "",
        "Every release must decode the good ones and refuse the others.",
        "",
        "| file | what it is |",
        "|---|---|",
    ]
    (DATA / "README.md").write_text("\n".join([*header, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
