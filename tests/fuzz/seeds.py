"""What the fuzz targets written in Python begin with: small files of every kind of block, and the contents in them."""

from __future__ import annotations

from samples import CHINESE, SMALL, english, random_bytes, source_code, synthetic_text

import quasicryth

_SIZE = 700


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
