# cython: language_level=3, freethreading_compatible=True
"""The block coder of the paper engine; the work is done in csrc/paper_encoder.c and csrc/paper_decoder.c."""

from cpython.bytes cimport PyBytes_AsString, PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint64_t
from quasicryth.tiling._codebooks cimport Codebooks
from quasicryth.engines._engine_error cimport raise_error
from quasicryth.tiling._parse cimport Parse
from quasicryth._qcz cimport QCZ_ERROR_LIMIT, QCZ_OK, qcz_buffer, qcz_buffer_free, qcz_error
from quasicryth.engines._engines cimport (
    PAPER_LEVEL_COUNT, PAPER_STREAM_COUNT, paper_statistics, qcz_paper_decode, qcz_paper_encode, qcz_paper_memory,
)
from quasicryth.tiling._words cimport PAPER_BOOK_COUNT, paper_parse
from quasicryth.tiling._tokens cimport Tokens

from quasicryth.errors import QczLimitError

cdef const uint8_t *NOTHING = <const uint8_t *>b""   # the engine wants a pointer even to no bytes

STREAM_NAMES = ("codebook", "escape words", "escapes", "case", "levels", "entries")


def encode_block(Tokens tokens not None, Codebooks books not None, Parse parse not None):
    """Return the payload of a paper block. Raises ValueError unless *books* are of the *tokens* and *parse* is of both."""
    if books.tokens is not tokens or parse.books is not books:
        raise ValueError("tokens, codebooks and parse are not of the same block")
    cdef paper_parse input
    cdef qcz_buffer payload
    cdef int status
    input.words = &tokens.words
    input.unigrams = books.unigrams
    for book in range(PAPER_BOOK_COUNT):
        input.book_sizes[book] = books.sizes[book]
        input.phrases[book] = books.phrases[book]
    input.event_levels = parse.levels
    input.event_indexes = parse.entries
    input.event_count = parse.event_count
    input.escape_ids = parse.escape_ids
    input.escape_count = parse.escape_count
    with nogil:
        status = qcz_paper_encode(&input, &payload)
    if status == QCZ_ERROR_LIMIT:
        raise QczLimitError("a stream of the block would be larger than the format allows")
    if status != QCZ_OK:
        raise MemoryError("no memory for the compressed block")
    try:
        return PyBytes_FromStringAndSize(<char *>payload.bytes, payload.size)
    finally:
        qcz_buffer_free(&payload)


def memory_needed(const uint8_t[::1] payload not None, size_t raw_size):
    """Return the bytes that decoding *payload* takes at most, beside the *raw_size* bytes of output.

    Raises QczCorruptError if the header of the payload is malformed.
    """
    cdef qcz_error error
    cdef uint64_t needed = 0
    cdef const uint8_t *start = &payload[0] if payload.shape[0] > 0 else NOTHING
    if qcz_paper_memory(start, payload.shape[0], raw_size, &needed, &error) != QCZ_OK:
        raise_error(&error)
    return needed


cdef decode(const uint8_t[::1] payload, size_t raw_size, paper_statistics *statistics):
    cdef qcz_error error
    cdef const uint8_t *start = &payload[0] if payload.shape[0] > 0 else NOTHING
    cdef bytes output = PyBytes_FromStringAndSize(NULL, raw_size)
    cdef uint8_t *target = <uint8_t *>PyBytes_AsString(output)
    cdef int status
    with nogil:
        status = qcz_paper_decode(start, payload.shape[0], target, raw_size, statistics, &error)
    if status != QCZ_OK:
        raise_error(&error)
    return output


def decode_block(const uint8_t[::1] payload not None, size_t raw_size):
    """Return the *raw_size* bytes that *payload* stands for.

    Raises QczCorruptError if it does not stand for that many.
    """
    return decode(payload, raw_size, NULL)


def inspect_block(const uint8_t[::1] payload not None, size_t raw_size):
    """Decode *payload* and return what it holds: a dict of the numbers that `qcz info` prints."""
    cdef paper_statistics statistics
    decode(payload, raw_size, &statistics)
    return {
        "words": statistics.word_count,
        "events": statistics.event_count,
        "literal_events": statistics.literal_count,
        "matches": statistics.match_count,
        "escape_words": statistics.escape_word_count,
        "book_sizes": [statistics.book_sizes[book] for book in range(PAPER_BOOK_COUNT)],
        "events_per_level": [statistics.events_per_level[level] for level in range(PAPER_LEVEL_COUNT)],
        "stream_bytes": {
            "header": statistics.header_size,
            **{STREAM_NAMES[stream]: statistics.stream_sizes[stream] for stream in range(PAPER_STREAM_COUNT)},
        },
    }
