# cython: language_level=3, freethreading_compatible=True
"""The block coder of the fast engine; the work is done in csrc/fast_encoder.c and csrc/fast_decoder.c."""

from cpython.bytes cimport PyBytes_AsString, PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint64_t
from quasicryth.engines._engine_error cimport raise_error
from quasicryth._qcz cimport (
    QCZ_ERROR_LIMIT, QCZ_MAX_BLOCK_SIZE, QCZ_OK, qcz_buffer, qcz_buffer_free, qcz_error,
)
from quasicryth.engines._engines cimport (
    fast_phrase_positions, fast_statistics, qcz_fast_decode, qcz_fast_encode, qcz_fast_item_count, qcz_fast_memory,
)

cdef const uint8_t *NOTHING = <const uint8_t *>b""   # the engine wants a pointer even to no bytes

LEVELS = range(1, 4)


def count_items(const uint8_t[::1] block not None):
    """Return how many items *block*, at most 2^30 bytes, is cut into: words with what lies before them. Raises ValueError if it is larger."""
    cdef size_t size = block.shape[0]
    cdef const uint8_t *start = &block[0] if size > 0 else NOTHING
    cdef size_t count
    cdef int status
    if size > QCZ_MAX_BLOCK_SIZE:
        raise ValueError(f"the block has {size} bytes; there may be {QCZ_MAX_BLOCK_SIZE}")
    with nogil:
        status = qcz_fast_item_count(start, size, &count)
    if status != QCZ_OK:
        raise MemoryError("no memory for the items of the block")
    return count


def encode_block(const uint8_t[::1] block not None, unsigned level, const uint8_t[::1] depths=None, bint bigrams=True):
    """Return *block*, at most 2^30 bytes, as the payload of a fast block at *level* 1 to 3.

    Phrases may begin anywhere, or with *depths*, one for each item, where these allow: k lets phrases of the hierarchy's levels 1 .. k
    (3, 5, .. 144 items) begin there; then *bigrams* says whether phrases of two items may begin anywhere. Level 1 has no phrases.

    Raises ValueError for a level or a size out of range, or another number of depths than items.
    """
    cdef size_t size = block.shape[0]
    cdef const uint8_t *start = &block[0] if size > 0 else NOTHING
    cdef qcz_buffer payload
    cdef int status
    cdef fast_phrase_positions positions
    positions.depths = NULL
    positions.count = 0
    positions.bigrams = bigrams
    if depths is not None:
        positions.count = depths.shape[0]
        positions.depths = &depths[0] if positions.count > 0 else NOTHING
    if level not in LEVELS:
        raise ValueError(f"the engine fast has no level {level}, only {LEVELS[0]} to {LEVELS[-1]}")
    if size > QCZ_MAX_BLOCK_SIZE:
        raise ValueError(f"the block has {size} bytes; there may be {QCZ_MAX_BLOCK_SIZE}")
    with nogil:
        status = qcz_fast_encode(start, size, level, &positions, &payload)
    if status == QCZ_ERROR_LIMIT:
        raise ValueError("the block has another number of items than there are depths")
    if status != QCZ_OK:
        raise MemoryError("no memory for the compressed block")
    try:
        return PyBytes_FromStringAndSize(<char *>payload.bytes, payload.size)
    finally:
        qcz_buffer_free(&payload)


cdef uint64_t read_header(const uint8_t[::1] payload, size_t raw_size, fast_statistics *statistics) except *:
    """The memory that decoding takes; the header of the payload is all that is read."""
    cdef qcz_error error
    cdef uint64_t needed = 0
    cdef const uint8_t *start = &payload[0] if payload.shape[0] > 0 else NOTHING
    if qcz_fast_memory(start, payload.shape[0], raw_size, &needed, statistics, &error) != QCZ_OK:
        raise_error(&error)
    return needed


def memory_needed(const uint8_t[::1] payload not None, size_t raw_size):
    """Return the bytes that decoding *payload* takes at most, beside the *raw_size* bytes of output.

    Raises QczCorruptError if the header of the payload is malformed, QczLimitError for a *raw_size* above 2^30.
    """
    return read_header(payload, raw_size, NULL)


def inspect_block(const uint8_t[::1] payload not None, size_t raw_size):
    """Return what the header of *payload* tells: a dict of the numbers that `qcz info` prints. Raises as `memory_needed` does."""
    cdef fast_statistics statistics
    read_header(payload, raw_size, &statistics)
    return {
        "level": statistics.level,
        "items": statistics.item_count,
        "events": statistics.event_count,
        "codebook_entries": {"words": statistics.word_count, "gaps": statistics.gap_count, "phrases": statistics.phrase_count},
    }


def decode_block(const uint8_t[::1] payload not None, size_t raw_size):
    """Return the *raw_size* bytes that *payload* stands for.

    Raises QczCorruptError if it does not stand for that many, QczLimitError for a *raw_size* above 2^30.
    """
    cdef qcz_error error
    cdef const uint8_t *start = &payload[0] if payload.shape[0] > 0 else NOTHING
    cdef bytes output
    cdef uint8_t *target
    cdef int status
    read_header(payload, raw_size, NULL)  # a malformed one is refused before the output is allocated
    output = PyBytes_FromStringAndSize(NULL, raw_size)
    target = <uint8_t *>PyBytes_AsString(output)
    with nogil:
        status = qcz_fast_decode(start, payload.shape[0], target, raw_size, &error)
    if status != QCZ_OK:
        raise_error(&error)
    return output
