"""One block: which kind it becomes, and back. The smallest kind that fits wins, so nothing ever grows."""

from __future__ import annotations

from typing import Protocol

from ..base._checksum import matches
from ..engines import _fast, _mix, _paper
from ..engines.options import EngineOptions
from ..errors import QczCorruptError, QczLimitError
from ..tiling import _codebooks, _parse, _tokens
from ..tiling.tilings import Positions, parse_tiling
from .layout import Block, BlockHeader, BlockKind, checksum32

PAPER_TILING = "multi"  # where nothing else is said
_ZSTD_LEVEL = 19
# Beyond the window, Zstandard at this level decodes within this.
_ZSTD_DECODER_MEMORY = 1 << 20

# How much of a block is looked at before words are counted in it, and what share of that Zstandard in a hurry has to save.
_SAMPLE_PIECES = 16
_SAMPLE_PIECE_SIZE = 4096
_LEAST_SAVING = 1 / 64


Content = bytes | bytearray | memoryview


# ---- encoding --------------------------------------------------------------------------------------------------------------


def encode_paper(data: Content, positions: Positions) -> bytes:
    """Return *data* as the payload of a paper block: tokens, codebooks, tiling, parse, events, in this order."""
    tokens = _tokens.Tokens(data)
    codebooks = _codebooks.build_codebooks(tokens)
    parse = _parse.parse_tokens(tokens, codebooks, positions.depths(len(tokens)), positions.bigrams)
    return _paper.encode_block(tokens, codebooks, parse)


def encode_zstd(data: Content) -> bytes:
    """Return *data* as one Zstandard frame that states its content size."""
    import zstandard

    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_content_size=True, write_checksum=False).compress(data)


def _sample(data: Content) -> bytes:
    """Pieces of *data* from end to end."""
    step = max(len(data) // _SAMPLE_PIECES, _SAMPLE_PIECE_SIZE)
    return b"".join(data[start : start + _SAMPLE_PIECE_SIZE] for start in range(0, len(data), step))


def _is_noise(data: Content) -> bool:
    """Whether *data* is random, encrypted or compressed by all appearances: words would take long to count and save nothing."""
    import zstandard

    if len(data) < _SAMPLE_PIECE_SIZE:
        return False
    sample = _sample(data)
    return len(zstandard.ZstdCompressor(level=1).compress(sample)) > len(sample) * (1 - _LEAST_SAVING)


def encode_fast(data: Content, level: int, positions: Positions | None) -> bytes:
    """Return *data* as the payload of a fast block; phrases may begin anywhere if *positions* is None."""
    if positions is None:
        return _fast.encode_block(data, level)
    return _fast.encode_block(data, level, positions.depths(_fast.count_items(data)), positions.bigrams)


def _encode_mix(data: Content, options: EngineOptions) -> tuple[BlockKind, bytes] | None:
    payload = _mix.encode_block(data, options.level)
    return (BlockKind.MIX, payload) if payload is not None else None


def _encode_text(data: Content, options: EngineOptions) -> tuple[BlockKind, bytes] | None:
    """Return *data* as the engine codes it, or None where words do not help: the engine `paper` takes a zero byte for that."""
    if options.engine != "paper" and _is_noise(data):
        return None
    if options.engine == "fast":
        return BlockKind.FAST, encode_fast(data, options.level, options.positions)
    if options.engine == "mix":
        return _encode_mix(data, options)
    positions = options.positions if options.positions is not None else parse_tiling(PAPER_TILING)
    return (BlockKind.PAPER, encode_paper(data, positions)) if not _tokens.is_binary(data) else None


def _candidates(data: Content, options: EngineOptions) -> list[tuple[BlockKind, Content]]:
    """The kinds worth trying. Words help less where a zero byte says binary, and hardly where they halve the size at best."""
    text = _encode_text(data, options)
    if text is None:
        return [(BlockKind.ZSTD, encode_zstd(data))]
    if len(text[1]) <= len(data) // 2 and not _tokens.is_binary(data):
        return [text]
    return [text, (BlockKind.ZSTD, encode_zstd(data))]


def encode_block(data: Content, options: EngineOptions) -> tuple[BlockHeader, Content]:
    """Return the header and the payload of *data* as a block."""
    kind, payload = min(_candidates(data, options), key=lambda candidate: len(candidate[1]))
    if len(payload) >= len(data):
        kind, payload = BlockKind.STORED, data
    return BlockHeader(kind, len(payload), len(data), checksum32(payload), checksum32(data)), payload


# ---- decoding --------------------------------------------------------------------------------------------------------------


class _Decoder(Protocol):
    """What the compiled module of an engine has."""

    def memory_needed(self, payload: bytes | bytearray, raw_size: int) -> int: ...
    def decode_block(self, payload: bytes | bytearray, raw_size: int) -> bytes: ...


_ENGINES: dict[BlockKind, _Decoder] = {BlockKind.PAPER: _paper, BlockKind.MIX: _mix, BlockKind.FAST: _fast}


def decoder_memory(block: Block) -> int:
    """Return the bytes that decoding *block* takes at most, its payload and its content included."""
    engine_memory = 0
    if block.header.kind in _ENGINES:
        engine_memory = _ENGINES[block.header.kind].memory_needed(block.payload, block.header.raw_size)
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
        return bytes(block.payload)
    if block.header.kind == BlockKind.ZSTD:
        return _decode_zstd(block)
    try:
        return _ENGINES[block.header.kind].decode_block(block.payload, block.header.raw_size)
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
    if not matches(checksum32(content), block.header.raw_checksum):
        raise QczCorruptError(f"the block at byte {block.position} decodes to other content than was compressed")
    return content
