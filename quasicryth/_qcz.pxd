# The C engine's public interface; csrc/qcz.h documents every name.
from libc.stdint cimport uint8_t, uint32_t, uint64_t

cdef extern from "qcz.h" nogil:
    ctypedef enum qcz_status:
        QCZ_OK
        QCZ_ERROR_CORRUPT
        QCZ_ERROR_LIMIT
        QCZ_ERROR_MEMORY
        QCZ_ERROR_PARAMETER
        QCZ_ERROR_NOT_TEXT

    ctypedef struct qcz_error:
        qcz_status status
        const char *message
        size_t offset

    enum:
        QCZ_MAX_BLOCK_SIZE

    ctypedef struct qcz_xxh64:
        pass
    void qcz_xxh64_start(qcz_xxh64 *state, uint64_t seed)
    void qcz_xxh64_update(qcz_xxh64 *state, const uint8_t *bytes, size_t size)
    uint64_t qcz_xxh64_digest(const qcz_xxh64 *state)
    int qcz_checksum_matches(uint64_t computed, uint64_t stated)

    ctypedef struct qcz_buffer:
        uint8_t *bytes
        size_t size
        size_t capacity
    void qcz_buffer_free(qcz_buffer *buffer)

    ctypedef enum qcz_cpu_path:
        QCZ_CPU_FASTEST
        QCZ_CPU_PORTABLE
        QCZ_CPU_SSE41
        QCZ_CPU_AVX2
        QCZ_CPU_AVX512
        QCZ_CPU_NEON
    int qcz_cpu_has(qcz_cpu_path path)
