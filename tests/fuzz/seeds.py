"""What fuzzing begins with: small contents of many kinds, files of every kind of block, and blocks of every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from engines.coding import Codec
from samples import CHINESE, SMALL, english, random_bytes, source_code, synthetic_text

import quasicryth
from quasicryth.tiling import Positions, parse_tiling

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
    return [*made, many_blocks, made[0] + quasicryth.compress(b"", 1) + many_blocks]


# ---- of the targets in C: three bytes, little-endian, before each --------------------------------------------------------------


def _small_texts() -> list[bytes]:
    lines = b"hard wrapped at some width \n" * 30 + b"or without\r\nspaces and more\r\n" * 20
    texts = [*SMALL.values(), english()[:1500], source_code()[:1200], synthetic_text(1200), english()[:500] * 4, lines]
    return [data[:1500] for data in texts]


def _numbered(inputs: Iterable[tuple[int, bytes]]) -> list[bytes]:
    return [number.to_bytes(3, "little") + data for number, data in inputs]


def _blocks(name: str, texts: Iterable[bytes], levels: Sequence[int], positions: Positions | None = None) -> list[bytes]:
    """Heads and segments of blocks behind the sizes of their contents."""
    codec = Codec(name)
    packed = ((len(data), codec.encode_block(data, level, positions=positions)) for data in texts for level in levels)
    return _numbered((size, block[1:]) for size, block in packed if block is not None)


def paper_blocks() -> list[bytes]:
    """Blocks of the engine paper."""
    long = [english()[:20_000], synthetic_text(8000), CHINESE, english()[:3000] * 5]
    return _blocks("paper", [data for data in (*SMALL.values(), *long) if data], [6], parse_tiling("all"))


def fast_blocks() -> list[bytes]:
    """Blocks of the engine fast."""
    return _blocks("fast", _small_texts(), [1, 3])


def mix_blocks() -> list[bytes]:
    """Blocks of the engine mix."""
    return _blocks("mix", _small_texts(), [4, 6, 9])


def chosen_contents() -> list[bytes]:
    """Contents behind the level less 1 and which paths write and read."""
    return _numbered((choices, data) for data in _small_texts() for choices in (0x000100, 0x020003, 0x030105, 0x010008))


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "decode_paper_block": paper_blocks,
    "decode_fast_block": fast_blocks,
    "decode_mix_block": mix_blocks,
    "round_trip_block": chosen_contents,
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
