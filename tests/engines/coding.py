"""Blocks of one engine as single byte strings, for tests that damage them: how long the head is (a byte), the head, the segment."""

from __future__ import annotations

from typing import Any

from quasicryth.engines.coded_block import CodedBlock, decode, describe, encode
from quasicryth.engines.options import EngineOptions
from quasicryth.engines.registry import CPU_PATHS, engine_of_name
from quasicryth.tiling import Positions


def pack(head: bytes, payload: bytes) -> bytes:
    return bytes([len(head)]) + head + payload


def unpack(packed: bytes, size: int) -> CodedBlock:
    behind = 1 + packed[0] if packed else 0
    return CodedBlock(packed[1:behind], ((size, packed[behind:]),))


class Codec:
    """The engine *name*, whose blocks have one segment."""

    CPU_PATHS = CPU_PATHS

    def __init__(self, name: str) -> None:
        self.engine = engine_of_name(name)
        self.LEVELS = list(self.engine.levels)

    def encode_block(
        self, data: bytes, level: int = 6, cpu_path: str = "fastest", positions: Positions | None = None
    ) -> bytes | None:
        coded = encode(data, EngineOptions(self.engine.name, level, positions), cpu_path=cpu_path)
        return None if coded is None else pack(coded.head, coded.segments[0][1])

    def decode_block(self, packed: bytes, size: int, cpu_path: str = "fastest") -> bytes:
        return decode(unpack(packed, size), self.engine, cpu_path=cpu_path)

    def memory_needed(self, packed: bytes, size: int) -> int:
        return self.engine.memory_needed(unpack(packed, size).head, size)

    def inspect_block(self, packed: bytes, size: int) -> dict[str, Any]:
        return describe(unpack(packed, size), self.engine)
