"""One block: which kind it becomes, and back. The smallest kind that fits wins, so nothing ever grows."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import _codebooks, _paper, _parse, _tokens
from .errors import QczCorruptError, QczLimitError
from .frame import Block, BlockHeader, BlockKind, checksum32
from .tiling import Positions, parse_tiling

_ZSTD_LEVEL = 19
# Beyond the window, Zstandard at this level decodes within this.
_ZSTD_DECODER_MEMORY = 1 << 20


@dataclass(frozen=True)
class EngineOptions:
    """How the paper engine chooses its lookup positions."""

    positions: Positions = field(default_factory=lambda: parse_tiling("multi"))


# ---- encoding --------------------------------------------------------------------------------------------------------------


def encode_paper(data: bytes | memoryview, positions: Positions) -> bytes:
    """Return *data* as the payload of a paper block: tokens, codebooks, tiling, parse, events, in this order."""
    tokens = _tokens.Tokens(data)
    codebooks = _codebooks.build_codebooks(tokens)
    parse = _parse.parse_tokens(tokens, codebooks, positions.depths(len(tokens)), positions.bigrams)
    return _paper.encode_block(tokens, codebooks, parse)


def encode_zstd(data: bytes | memoryview) -> bytes:
    """Return *data* as one Zstandard frame that states its content size."""
    import zstandard

    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_content_size=True, write_checksum=False).compress(data)


def _candidates(data: bytes | memoryview, options: EngineOptions) -> list[tuple[BlockKind, bytes | memoryview]]:
    """The kinds worth trying. Words do not help where a zero byte says binary, and hardly where they halve the size at best."""
    found: list[tuple[BlockKind, bytes | memoryview]] = []
    if not _tokens.is_binary(data):
        payload = encode_paper(data, options.positions)
        if len(payload) <= len(data) // 2:
            return [(BlockKind.PAPER, payload)]
        found.append((BlockKind.PAPER, payload))
    return [*found, (BlockKind.ZSTD, encode_zstd(data))]


def encode_block(data: bytes | memoryview, options: EngineOptions) -> tuple[BlockHeader, bytes | memoryview]:
    """Return the header and the payload of *data* as a block."""
    kind, payload = min(_candidates(data, options), key=lambda candidate: len(candidate[1]))
    if len(payload) >= len(data):
        kind, payload = BlockKind.STORED, data
    return BlockHeader(kind, len(payload), len(data), checksum32(payload), checksum32(data)), payload


# ---- decoding --------------------------------------------------------------------------------------------------------------


def decoder_memory(block: Block) -> int:
    """Return the bytes that decoding *block* takes at most, its payload and its content included."""
    engine_memory = 0
    if block.header.kind == BlockKind.PAPER:
        engine_memory = _paper.memory_needed(block.payload, block.header.raw_size)
    elif block.header.kind == BlockKind.ZSTD:
        engine_memory = _ZSTD_DECODER_MEMORY
    return block.header.payload_size + block.header.raw_size + engine_memory


def _decode_zstd(block: Block) -> bytes:
    import zstandard

    try:
        stated = zstandard.get_frame_parameters(block.payload).content_size
        if stated != block.header.raw_size:
            raise QczCorruptError(f"the Zstandard frame of the block at byte {block.position} states another size than the block")
        return zstandard.ZstdDecompressor().decompress(block.payload, max_output_size=block.header.raw_size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise QczCorruptError(f"the Zstandard frame of the block at byte {block.position} is malformed: {error}") from None


def _decode_payload(block: Block) -> bytes:
    if block.header.kind == BlockKind.STORED:
        return block.payload
    if block.header.kind == BlockKind.ZSTD:
        return _decode_zstd(block)
    try:
        return _paper.decode_block(block.payload, block.header.raw_size)
    except QczCorruptError as error:
        raise QczCorruptError(f"the block at byte {block.position} is malformed: {error}") from None


def decode_block(block: Block, memlimit: int | None = None) -> bytes:
    """Return the content of *block*, checked.

    Raises QczLimitError before any memory is taken if decoding needs more than *memlimit* bytes.
    """
    if memlimit is not None and decoder_memory(block) > memlimit:
        needed = decoder_memory(block)
        raise QczLimitError(f"the block at byte {block.position} needs {needed} bytes to decode; the limit is {memlimit}")
    content = _decode_payload(block)
    if checksum32(content) != block.header.raw_checksum:
        raise QczCorruptError(f"the block at byte {block.position} decodes to other content than was compressed")
    return content
