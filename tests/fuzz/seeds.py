"""What fuzzing begins with: small contents of many kinds, files of every kind of block, and payloads of every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from frames.writer import frame, many_segments
from samples import CHINESE, SMALL, english, random_bytes, source_code, synthetic_text

import quasicryth
from quasicryth.engines import _fast, _mix
from quasicryth.engines._engine import encode_paper
from quasicryth.tiling import parse_tiling

_SIZE = 700


# ---- of the targets in Python ----------------------------------------------------------------------------------------------


def contents() -> list[bytes]:
    """Texts and other bytes, small."""
    texts = [english()[:_SIZE], source_code()[:_SIZE], synthetic_text(_SIZE), CHINESE[:_SIZE], b"the same again\r\n" * 30]
    return [*texts, *(data[:_SIZE] for data in SMALL.values())]


def files() -> list[bytes]:
    """Files of one frame and of several, of one block and of several, by every engine."""
    text = english()[:_SIZE] + synthetic_text(200)
    made = [quasicryth.compress(text, level) for level in (1, 3, 4, 6, 7, 9)]
    made += [quasicryth.compress(text, engine="paper"), quasicryth.compress(text, tiling="none")]
    made += [quasicryth.compress(text, level, block_size=300) for level in (1, 4)]
    made += [quasicryth.compress(data[:_SIZE], 1) for data in (b"", b"a", random_bytes(90), SMALL["nul in text"])]
    many_blocks = quasicryth.compress(random_bytes(40), 1, block_size=3)
    zeros = bytes(120) + SMALL["nul in text"][:300]
    made.append(frame((many_segments(zeros), zeros), (many_segments(zeros, 1), zeros)))
    return [*made, many_blocks, made[0] + quasicryth.compress(b"", 1) + many_blocks]


# ---- of the targets in C: three bytes, little-endian, before each --------------------------------------------------------------


def _small_texts() -> list[bytes]:
    lines = b"hard wrapped at some width \n" * 30 + b"or without\r\nspaces and more\r\n" * 20
    texts = [*SMALL.values(), english()[:1500], source_code()[:1200], synthetic_text(1200), english()[:500] * 4, lines]
    return [data[:1500] for data in texts]


def _numbered(inputs: Iterable[tuple[int, bytes | None]]) -> list[bytes]:
    return [number.to_bytes(3, "little") + payload for number, payload in inputs if payload is not None]


def paper_payloads() -> list[bytes]:
    """Payloads of paper blocks behind the size of their contents."""
    long = [english()[:20_000], synthetic_text(8000), CHINESE, english()[:3000] * 5]
    every_position = parse_tiling("all")
    return _numbered((len(data), encode_paper(data, every_position)) for data in (*SMALL.values(), *long) if data)


def fast_payloads() -> list[bytes]:
    """Payloads of fast blocks behind the size of their contents."""
    return _numbered((len(data), _fast.encode_block(data, level)) for data in _small_texts() for level in (1, 3))


def mix_payloads() -> list[bytes]:
    """Payloads of mix blocks behind the size of their contents."""
    return _numbered((len(data), _mix.encode_block(data, level)) for data in _small_texts() for level in (4, 6, 9))


def mix_contents() -> list[bytes]:
    """Contents behind the level less 4 and which paths write and read."""
    return _numbered((choices, data) for data in _small_texts() for choices in (0x000100, 0x020002, 0x030105))


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "decode_paper_block": paper_payloads,
    "decode_fast_block": fast_payloads,
    "decode_mix_block": mix_payloads,
    "round_trip_mix_block": mix_contents,
    "decode_oneshot": files,
    "decode_stream": files,
    "frame_info": files,
    "round_trip": contents,
}

# Bytes that the targets in Python take before the seed.
PREFIX_SIZES = {"decode_stream": 4, "round_trip": 4}


def write_seeds(target: str, folder: Path) -> list[Path]:
    """Write the seeds of *target* into *folder*, and return their paths."""
    prefix = bytes(PREFIX_SIZES.get(target, 0))
    paths = []
    for number, seed in enumerate(SEEDS[target]()):
        paths.append(folder / f"seed-{number:03}")
        paths[-1].write_bytes(prefix + seed)
    return paths
