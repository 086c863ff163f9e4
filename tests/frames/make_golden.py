"""Writes tests/data: run once per format version.

When the format is frozen, the files are kept for ever, and every release must read them.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path

from frames.writer import ENGINE, ZSTD, block, entry, frame, frame_header, many_segments, segment, tail
from samples import CHINESE, random_bytes, synthetic_text

import quasicryth
from quasicryth.engines.coded_block import encode
from quasicryth.engines.options import EngineOptions
from quasicryth.engines.registry import engine_of_name
from quasicryth.frames.blocks import encode_zstd

paper = partial(quasicryth.compress, engine="paper")

DATA = Path(__file__).parent.parent / "data"
TEXT = synthetic_text(6000)
PACKED = paper(TEXT)
STORED = b"stored by hand"
ZEROS = b"zero \0 byte " * 30
FRAME_HEADER_SIZE = len(frame_header())


def of_paper(**fields) -> bytes:
    """The text as a block of the engine paper, but for what *fields* say."""
    coded = encode(TEXT, EngineOptions("paper", 1))
    payload = coded.segments[0][1]
    arguments = {"engine": engine_of_name("paper").number, "head": coded.head, "segments": [segment(TEXT, payload, ENGINE)]}
    return block(TEXT, **{**arguments, **fields})


def swapped() -> bytes:
    """Two stored segments, of which the second comes first."""
    half = len(STORED) // 2
    segments = [segment(STORED[:half]), segment(STORED[half:], number=1)]
    return block(STORED, segments[::-1])


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
    "good-zstd": ("a zstd block, because of its zero bytes", paper(ZEROS)),
    "good-stored": ("a stored block of random bytes", paper(random_bytes(200))),
    "good-two-frames": ("two frames, to be joined", paper(b"first ") + paper(b"second")),
    "good-by-hand": ("a frame no encoder made", frame((block(STORED), STORED))),
    "good-segments": (
        "blocks of many segments, stored and zstd",
        frame((many_segments(ZEROS), ZEROS), (many_segments(ZEROS, 1), ZEROS)),
    ),
    "bad-empty-file": ("no bytes at all", b""),
    "bad-magic": ("the zero byte of the magic is a line feed", PACKED[:4] + b"\n" + PACKED[5:]),
    "bad-header-checksum": ("one bit of the frame header's checksum", PACKED[:11] + bytes([PACKED[11] ^ 1]) + PACKED[12:]),
    "bad-block-size": ("the frame header states a block size of 0", frame_header(block_size=0) + PACKED[FRAME_HEADER_SIZE:]),
    "bad-payload-bit": ("one bit in the middle of a payload", PACKED[:900] + bytes([PACKED[900] ^ 16]) + PACKED[901:]),
    "bad-block-number": ("the first block calls itself the second", frame((block(STORED, ordinal=1), STORED))),
    "bad-block-header-size": ("a byte too many among the fields of a block", frame((block(STORED, more=b"\0"), STORED))),
    "bad-content-size": ("a block of more content than the frame allows", frame((block(STORED), STORED), block_size=13)),
    "bad-body-size": (
        "a body that is longer than the format allows",
        frame((block(STORED, [*map(segment, [STORED] * 5)]), STORED)),
    ),
    "bad-head-checksum": ("a head whose checksum is 0", frame((of_paper(head_checksum=bytes(4)), TEXT))),
    "bad-head-without-engine": ("a head, and no engine that it is for", frame((block(STORED, head=b"head"), STORED))),
    "bad-engine-without-segment": ("an engine, and no segment of it", frame((of_paper(segments=[segment(TEXT)]), TEXT))),
    "bad-segment-without-engine": ("a segment of an engine, and no engine", frame((of_paper(engine=0, head=b""), TEXT))),
    "bad-codebook": ("a block names a codebook that nobody has", frame((of_paper(codebook=bytes(range(33))), TEXT))),
    "bad-segment-order": ("two segments are swapped", frame((swapped(), STORED))),
    "bad-segment-of-other-block": (
        "a segment was made for another block",
        frame((block(STORED, [segment(STORED, ordinal=1)]), STORED)),
    ),
    "bad-segment-checksum": (
        "a segment whose checksum is 0",
        frame((block(STORED, [segment(STORED, checksum=bytes(4))]), STORED)),
    ),
    "bad-content-checksum": (
        "a segment whose content checksum is 0",
        frame((block(ZEROS, [segment(ZEROS, encode_zstd(ZEROS), ZSTD, content_checksum=bytes(4))]), ZEROS)),
    ),
    "bad-segment-size": (
        "a segment of more content than its block",
        frame((block(STORED, [segment(STORED)], content_size=13), STORED)),
    ),
    "bad-segments-too-few": ("segments of less content than their block", frame((block(STORED, content_size=15), STORED))),
    "bad-truncated": ("the last byte is missing", PACKED[:-1]),
    "bad-no-tail": ("the file ends after the last block", frame_header() + block(STORED)),
    "bad-index": ("the index states another size", frame_header() + block(STORED) + tail(STORED, entry(block(STORED), b"x"))),
    "bad-junk": ("a newline after the frame", PACKED + b"\n"),
    "bad-claims-gigabyte": (
        "a body of a gigabyte that is not there",
        frame_header(block_size=1 << 30) + block(b"x", content_size=1 << 30, body_size=(1 << 30) + 11),
    ),
    "unsupported-version": ("version 1", frame_header(version=1) + PACKED[FRAME_HEADER_SIZE:]),
    "unsupported-flag": ("a reserved flag of the frame header is set", frame_header(flags=1) + PACKED[FRAME_HEADER_SIZE:]),
    "unsupported-block-flag": ("a reserved flag of a block is set", frame((block(STORED, flags=2), STORED))),
    "unsupported-engine": ("a block of engine 77", frame((of_paper(engine=77), TEXT))),
    "unsupported-kind": ("a segment of kind 77", frame((block(STORED, [segment(STORED, STORED, 77)]), STORED))),
    "unsupported-filter": ("a segment with filter 1", frame((block(STORED, [segment(STORED, filter=1)]), STORED))),
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
