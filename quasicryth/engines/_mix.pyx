# cython: language_level=3, freethreading_compatible=True
"""The block coder of the mixing engine; the work is done in csrc/mix_encoder.c and csrc/mix_decoder.c."""

from cpython.bytes cimport PyBytes_AsString, PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint64_t
from quasicryth.engines._engine_error cimport raise_error
from quasicryth._qcz cimport (
    QCZ_CPU_AVX2, QCZ_CPU_AVX512, QCZ_CPU_FASTEST, QCZ_CPU_NEON, QCZ_CPU_PORTABLE, QCZ_CPU_SSE41, QCZ_ERROR_LIMIT,
    QCZ_MAX_BLOCK_SIZE, QCZ_OK, qcz_buffer, qcz_buffer_free, qcz_cpu_has, qcz_cpu_path, qcz_error,
)
from quasicryth.engines._engines cimport mix_statistics, qcz_mix_decode, qcz_mix_encode, qcz_mix_memory

cdef const uint8_t *NOTHING = <const uint8_t *>b""   # the engine wants a pointer even to no bytes

LEVELS = range(4, 10)

_PATHS = {
    "fastest": QCZ_CPU_FASTEST,
    "portable": QCZ_CPU_PORTABLE,
    "sse4.1": QCZ_CPU_SSE41,
    "avx2": QCZ_CPU_AVX2,
    "avx512": QCZ_CPU_AVX512,
    "neon": QCZ_CPU_NEON,
}
# Those that this build and this processor have; all give the same bytes.
CPU_PATHS = tuple(name for name, path in _PATHS.items() if name != "fastest" and qcz_cpu_has(path))


cdef qcz_cpu_path find_path(name) except *:
    if name != "fastest" and name not in CPU_PATHS:
        raise ValueError(f"there is no cpu path {name!r} here; there is fastest, {', '.join(CPU_PATHS)}")
    return _PATHS[name]


def encode_block(const uint8_t[::1] block not None, unsigned level, cpu_path="fastest"):
    """Return *block*, at most 2^30 bytes, as the payload of a mix block at *level* 4 to 9.

    Returns None where the block is so unlike text that a decoder would refuse the effort. Raises ValueError for a level or a size
    out of range, and for a *cpu_path* that is neither "fastest" nor in CPU_PATHS.
    """
    cdef qcz_cpu_path path = find_path(cpu_path)
    cdef size_t size = block.shape[0]
    cdef const uint8_t *start = &block[0] if size > 0 else NOTHING
    cdef qcz_buffer payload
    cdef int status
    if level not in LEVELS:
        raise ValueError(f"the engine mix has no level {level}, only {LEVELS[0]} to {LEVELS[-1]}")
    if size > QCZ_MAX_BLOCK_SIZE:
        raise ValueError(f"the block has {size} bytes; there may be {QCZ_MAX_BLOCK_SIZE}")
    with nogil:
        status = qcz_mix_encode(start, size, level, path, &payload)
    if status == QCZ_ERROR_LIMIT:
        return None
    if status != QCZ_OK:
        raise MemoryError("no memory for the compressed block")
    try:
        return PyBytes_FromStringAndSize(<char *>payload.bytes, payload.size)
    finally:
        qcz_buffer_free(&payload)


cdef uint64_t read_header(const uint8_t[::1] payload, size_t raw_size, mix_statistics *statistics) except *:
    """The memory that decoding takes; the header of the payload is all that is read."""
    cdef qcz_error error
    cdef uint64_t needed = 0
    cdef const uint8_t *start = &payload[0] if payload.shape[0] > 0 else NOTHING
    if qcz_mix_memory(start, payload.shape[0], raw_size, &needed, statistics, &error) != QCZ_OK:
        raise_error(&error)
    return needed


def memory_needed(const uint8_t[::1] payload not None, size_t raw_size):
    """Return the bytes that decoding *payload* takes at most, beside the *raw_size* bytes of output.

    Raises QczCorruptError if the header of the payload is malformed, QczLimitError for a *raw_size* above 2^30.
    """
    return read_header(payload, raw_size, NULL)


def inspect_block(const uint8_t[::1] payload not None, size_t raw_size):
    """Return what the header of *payload* tells: a dict of the numbers that `qcz info` prints. Raises as `memory_needed` does."""
    cdef mix_statistics statistics
    read_header(payload, raw_size, &statistics)
    return {
        "level": statistics.level,
        "line_ends_apart": bool(statistics.line_ends_apart),
        "items": statistics.item_count,
        "codebook_entries": {"words": statistics.word_count, "gaps": statistics.gap_count},
    }


def decode_block(const uint8_t[::1] payload not None, size_t raw_size, cpu_path="fastest"):
    """Return the *raw_size* bytes that *payload* stands for.

    Raises QczCorruptError if it does not stand for that many, QczLimitError for a *raw_size* above 2^30, and ValueError for a
    *cpu_path* that is neither "fastest" nor in CPU_PATHS.
    """
    cdef qcz_cpu_path path = find_path(cpu_path)
    cdef qcz_error error
    cdef const uint8_t *start = &payload[0] if payload.shape[0] > 0 else NOTHING
    cdef bytes output
    cdef uint8_t *target
    cdef int status
    read_header(payload, raw_size, NULL)  # a malformed one is refused before the output is allocated
    output = PyBytes_FromStringAndSize(NULL, raw_size)
    target = <uint8_t *>PyBytes_AsString(output)
    with nogil:
        status = qcz_mix_decode(start, payload.shape[0], target, raw_size, path, &error)
    if status != QCZ_OK:
        raise_error(&error)
    return output
