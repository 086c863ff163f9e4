"""One block: which segments its content becomes, and back. The smallest that fits wins, so nothing ever grows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..base._checksum import matches
from ..engines import registry
from ..engines._engine import BlockContent
from ..engines.coded_block import encode
from ..errors import QczCorruptError, QczError, QczLimitError
from ..tiling import _tokens
from .layout import Block, BlockHeader, CodebookReference, Segment, checksum32, write_block_header
from .segments import BodyInMemory, CodedSegment, Content, SegmentKind, body_size, read_segments, write_body

if TYPE_CHECKING:
    from ..engines._engine import Engine, Prepared
    from ..engines.options import EngineOptions

_ZSTD_LEVEL = 19
# What a decoder of Zstandard takes at most that is given all of a frame: it needs no window then, for it has the content.
_ZSTD_DECODER_MEMORY = 256 << 10
# With the smallest window that there is, one that is given less of a frame than it states fails before it takes memory for more.
_LEAST_ZSTD_WINDOW = 1 << 10

# Is told what is in a block: names and numbers, some of them in groups.
FactReport = Callable[[dict[str, Any]], None]


# ---- encoding --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EncodedBlock:
    """A block ready to be written, in pieces, and its header."""

    header: BlockHeader
    pieces: tuple[Content, ...]

    def join(self) -> bytes:
        """Return the bytes of the block."""
        return b"".join(self.pieces)


@dataclass(frozen=True)
class _Candidate:
    """What a block may become."""

    segments: list[CodedSegment]
    engine: int = 0
    head: bytes = b""
    codebook: CodebookReference | None = None

    @property
    def body_size(self) -> int:
        return body_size(self.head, self.segments)


def encode_zstd(content: Content) -> bytes:
    """Return *content* as one Zstandard frame that states its content size."""
    import zstandard

    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_content_size=True, write_checksum=False).compress(content)


def prepare(options: EngineOptions) -> Prepared | None:
    """Return what the engine of *options* makes of their codebook, for any number of blocks, if there is one and it takes any."""
    if options.codebook is None:
        return None
    return registry.engine_of_name(options.engine).prepare(options.level, options.codebook)


def _encode_text(content: Content, options: EngineOptions, prepared: Prepared | None) -> _Candidate | None:
    """Return *content* as the engine codes it, or None where words do not help."""
    coded = encode(content, options, prepared)
    if coded is None or any(len(payload) > size for size, payload in coded.segments):
        return None
    codebook = None
    if prepared is not None and options.codebook is not None:
        codebook = CodebookReference(hashlib.sha256(options.codebook).digest(), options.level)
    segments = [CodedSegment(SegmentKind.ENGINE, size, payload) for size, payload in coded.segments]
    return _Candidate(segments, registry.engine_of_name(options.engine).number, coded.head, codebook)


def _encode_bytes(content: Content) -> _Candidate:
    """Return *content* without an engine: as one zstd segment, or stored where that does not help."""
    stored = _Candidate([CodedSegment(SegmentKind.STORED, len(content), content)])
    payload = encode_zstd(content)
    zstd = _Candidate([CodedSegment(SegmentKind.ZSTD, len(content), payload)])
    return zstd if len(payload) <= len(content) and zstd.body_size < stored.body_size else stored


def _choose(content: Content, options: EngineOptions, prepared: Prepared | None) -> _Candidate:
    """The smallest. In noise no words are counted, which takes long; and Zstandard is not tried on text whose size words halve.

    So what becomes of text does not depend on the release of Zstandard, whose bytes do.
    """
    kind = _tokens.kind_of(content)
    text = None if kind == _tokens.NOISE else _encode_text(content, options, prepared)
    if text is None:
        return _encode_bytes(content)
    if kind == _tokens.TEXT and text.body_size <= len(content) // 2:
        return text
    return min(text, _encode_bytes(content), key=lambda candidate: candidate.body_size)


def encode_block(content: Content, options: EngineOptions, ordinal: int, prepared: Prepared | None = None) -> EncodedBlock:
    """Return *content* as block number *ordinal* of a frame; *prepared* is what `prepare` makes of *options*."""
    chosen = _choose(content, options, prepared)
    header = BlockHeader(chosen.engine, len(content), len(chosen.head), chosen.body_size, chosen.codebook)
    body = write_body(content, chosen.head, chosen.segments, ordinal)
    return EncodedBlock(header, (write_block_header(header, ordinal), *body))


# ---- codebooks -------------------------------------------------------------------------------------------------------------


class Codebooks:
    """The codebooks that a reader knows, by their names, and what engines made of them: each is prepared once, in any thread."""

    def __init__(self, codebooks: Mapping[bytes, bytes] = MappingProxyType({})) -> None:
        self._codebooks = codebooks
        self._prepared: dict[tuple[int, CodebookReference], Prepared] = {}
        self._lock = Lock()

    def prepare_for(self, block: Block) -> Prepared | None:
        """Return what the engine of *block* begins from. Raises QczError, naming the codebook, if it is not known."""
        reference = block.header.codebook
        if reference is None:
            return None
        with self._lock:
            key = block.header.engine, reference
            if key not in self._prepared:
                self._prepared[key] = self._prepare(block, reference)
            return self._prepared[key]

    def _prepare(self, block: Block, reference: CodebookReference) -> Prepared:
        codebook = self._codebooks.get(reference.name)
        if codebook is None:
            raise QczError(f"the block at byte {block.position} needs the codebook {reference.name.hex()}, which is not there")
        if hashlib.sha256(codebook).digest() != reference.name:
            raise QczError(f"the codebook {reference.name.hex()} is another one than its name says")
        engine = _engine_of(block)
        prepared = engine.prepare(reference.level, codebook) if engine.takes_codebooks else None
        if prepared is None:
            raise QczCorruptError(f"the block at byte {block.position} names a codebook, yet the engine {engine.name} takes none")
        return prepared


NO_CODEBOOKS = Codebooks()


# ---- decoding --------------------------------------------------------------------------------------------------------------


def _engine_of(block: Block) -> Engine:
    engine = registry.engine_of_number(block.header.engine)
    if engine is None:
        raise QczCorruptError(f"the block at byte {block.position} names no engine that is known")
    return engine


def _head_of(block: Block) -> memoryview:
    return memoryview(block.body)[: block.header.head_size]


def segments_of(block: Block) -> Iterable[Segment]:
    """Return the segments of *block*, whose body has been checked. Those of a block may be many."""
    if block.segment is not None:
        return (block.segment,)
    return read_segments(BodyInMemory(block.body), block.header, block.position)


def _zstd_memory(block: Block) -> int:
    """The bytes that Zstandard takes at most. Where there are other segments too, its output is copied to them."""
    count = largest = 0
    for segment in segments_of(block):
        count += 1
        if segment.kind == SegmentKind.ZSTD:
            largest = max(largest, segment.content_size)
    if not largest:
        return 0
    return _ZSTD_DECODER_MEMORY + (largest if count > 1 else 0)


def decoder_memory(block: Block, codebooks: Codebooks = NO_CODEBOOKS) -> int:
    """Return the bytes that decoding *block* takes at most: its body, its content, and what reading it takes."""
    needed = block.header.least_memory + _zstd_memory(block)
    if not block.header.engine:
        return needed
    try:
        head, size = _head_of(block), block.header.content_size
        return needed + _engine_of(block).memory_needed(head, size, codebooks.prepare_for(block))
    except QczCorruptError as error:
        raise QczCorruptError(f"the block at byte {block.position} is malformed: {error}") from None


def _decode_zstd(payload: memoryview, size: int, where: str) -> bytes:
    import zstandard

    decoder = zstandard.ZstdDecompressor(max_window_size=_LEAST_ZSTD_WINDOW)
    try:
        stated = zstandard.get_frame_parameters(payload).content_size
        if stated != size:
            raise QczCorruptError(f"the Zstandard frame of {where} states another size than the segment")
        return decoder.decompress(payload, max_output_size=size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise QczCorruptError(f"the Zstandard frame of {where} is malformed: {error}") from None


class _BlockDecoding:
    """Decodes the segments of a block, one after the other; what is malformed in them is said with where it is."""

    def __init__(self, block: Block, codebooks: Codebooks, report: FactReport | None) -> None:
        self._block = block
        self._body = memoryview(block.body)
        self._decoder = None
        self._report = report
        if block.header.engine:
            prepared = codebooks.prepare_for(block)
            try:
                size = block.header.content_size
                self._decoder = _engine_of(block).open(_head_of(block), size, prepared, describe=report is not None)
            except QczCorruptError as error:
                raise QczCorruptError(f"the block at byte {block.position} is malformed: {error}") from None

    def decode(self) -> bytes:
        """Return the content of the block."""
        content: BlockContent | None = None
        for segment in segments_of(self._block):
            if segment.content_size == self._block.header.content_size and segment.kind != SegmentKind.ENGINE:
                return self._decode_bytes(segment)
            content = content or BlockContent(self._block.header.content_size)
            self._fill(content, segment)
        assert content is not None
        if self._report is not None and self._decoder is not None:
            self._report(self._decoder.facts())
        return content.take()

    def _where(self, segment: Segment) -> str:
        return f"segment {segment.number} of the block at byte {self._block.position}"

    def _payload(self, segment: Segment) -> memoryview:
        return self._body[segment.payload_start : segment.payload_end]

    def _check_content(self, segment: Segment, content: Content) -> None:
        if segment.content_checksum is not None and not matches(checksum32(content), segment.content_checksum):
            raise QczCorruptError(f"{self._where(segment)} decodes to other content than was compressed")

    def _decode_bytes(self, segment: Segment) -> bytes:
        """Return the content of a stored or a zstd *segment*."""
        if segment.kind == SegmentKind.STORED:
            return bytes(self._payload(segment))
        content = _decode_zstd(self._payload(segment), segment.content_size, self._where(segment))
        self._check_content(segment, content)
        return content

    def _fill(self, content: BlockContent, segment: Segment) -> None:
        """Add the content of *segment* to *content*."""
        if segment.kind == SegmentKind.STORED:
            content.append(self._payload(segment))
        elif segment.kind == SegmentKind.ZSTD:
            content.append(self._decode_bytes(segment))
        else:
            self._decode_by_engine(content, segment)

    def _decode_by_engine(self, content: BlockContent, segment: Segment) -> None:
        assert self._decoder is not None  # a block without an engine has no such segment: its body was checked
        start = content.filled
        try:
            content.decode(self._decoder, self._payload(segment), segment.content_size)
        except QczCorruptError as error:
            raise QczCorruptError(f"{self._where(segment)} is malformed: {error}") from None
        self._check_content(segment, content.view(start, content.filled))


def decode_block(
    block: Block, memlimit: int | None = None, codebooks: Codebooks = NO_CODEBOOKS, report: FactReport | None = None
) -> bytes:
    """Return the content of *block*, checked; *report* is told what the engine finds in it.

    Raises QczLimitError before any memory is taken if decoding needs more than *memlimit* bytes, and QczError for a codebook that
    is not one of *codebooks*.
    """
    if memlimit is not None and (needed := decoder_memory(block, codebooks)) > memlimit:
        raise QczLimitError(f"the block at byte {block.position} needs {needed} bytes to decode; the limit is {memlimit}")
    return _BlockDecoding(block, codebooks, report).decode()
