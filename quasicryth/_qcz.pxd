# The C engine's public interface; csrc/qcz.h documents every name.
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "qcz.h" nogil:
    ctypedef enum qcz_status:
        QCZ_OK
        QCZ_ERROR_CORRUPT
        QCZ_ERROR_LIMIT
        QCZ_ERROR_MEMORY

    ctypedef struct qcz_error:
        qcz_status status
        const char *message
        size_t offset

    enum:
        QCZ_MAX_BLOCK_SIZE
        QCZ_BOOK_COUNT
        QCZ_LEVEL_COUNT
        QCZ_COMMON_UNIGRAMS
        QCZ_STREAM_COUNT

    const uint32_t qcz_book_words[11]

    ctypedef struct qcz_xxh64:
        pass
    void qcz_xxh64_start(qcz_xxh64 *state, uint64_t seed)
    void qcz_xxh64_update(qcz_xxh64 *state, const uint8_t *bytes, size_t size)
    uint64_t qcz_xxh64_digest(const qcz_xxh64 *state)
    int qcz_checksum_matches(uint64_t computed, uint64_t stated)

    ctypedef struct qcz_words:
        uint8_t *text
        uint32_t *word_ids
        uint8_t *case_flags
        size_t word_count
        uint32_t *offsets
        uint32_t *lengths
        uint32_t *counts
        size_t distinct_count
        uint64_t hash_seed
    int qcz_is_binary(const uint8_t *block, size_t size)
    qcz_status qcz_words_split(const uint8_t *block, size_t size, int fold_case, qcz_words *words)
    void qcz_words_free(qcz_words *words)
    qcz_status qcz_words_sort(const qcz_words *words, uint32_t *ids, size_t count)

    ctypedef struct qcz_parse:
        const qcz_words *words
        const uint32_t *unigrams
        uint32_t book_sizes[11]
        const uint16_t *phrases[11]
        const uint8_t *event_levels
        const uint16_t *event_indexes
        size_t event_count
        const uint32_t *escape_ids
        size_t escape_count

    ctypedef struct qcz_block_statistics:
        uint64_t word_count
        uint64_t event_count
        uint64_t literal_count
        uint64_t match_count
        uint64_t escape_word_count
        uint64_t book_sizes[11]
        uint64_t events_per_level[12]
        uint64_t stream_sizes[6]
        uint64_t header_size

    ctypedef struct qcz_buffer:
        uint8_t *bytes
        size_t size
        size_t capacity
    void qcz_buffer_free(qcz_buffer *buffer)
    qcz_status qcz_paper_encode(const qcz_parse *parse, qcz_buffer *payload)
    qcz_status qcz_paper_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed, qcz_error *error)
    qcz_status qcz_paper_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size,
                                qcz_block_statistics *statistics, qcz_error *error)

    ctypedef enum qcz_cpu_path:
        QCZ_CPU_FASTEST
        QCZ_CPU_PORTABLE
        QCZ_CPU_SSE41
        QCZ_CPU_AVX2
        QCZ_CPU_AVX512
        QCZ_CPU_NEON
    int qcz_cpu_has(qcz_cpu_path path)

    ctypedef struct qcz_fast_statistics:
        uint32_t level
        uint64_t item_count
        uint64_t event_count
        uint64_t word_count
        uint64_t gap_count
        uint64_t phrase_count
    ctypedef struct qcz_phrase_positions:
        const uint8_t *depths
        size_t count
        int bigrams
    qcz_status qcz_fast_item_count(const uint8_t *block, size_t size, size_t *count)
    qcz_status qcz_fast_encode(const uint8_t *block, size_t size, unsigned level, const qcz_phrase_positions *positions,
                               qcz_buffer *payload)
    qcz_status qcz_fast_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed,
                               qcz_fast_statistics *statistics, qcz_error *error)
    qcz_status qcz_fast_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, qcz_error *error)

    ctypedef struct qcz_mix_statistics:
        uint32_t level
        uint32_t line_ends_apart
        uint64_t item_count
        uint64_t word_count
        uint64_t gap_count
    qcz_status qcz_mix_encode(const uint8_t *block, size_t size, unsigned level, qcz_cpu_path path, qcz_buffer *payload)
    qcz_status qcz_mix_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed,
                              qcz_mix_statistics *statistics, qcz_error *error)
    qcz_status qcz_mix_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, qcz_cpu_path path,
                              qcz_error *error)
