# The engines: one block in, one block out.
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from quasicryth._qcz cimport qcz_buffer, qcz_cpu_path, qcz_error, qcz_status
from quasicryth.tiling._words cimport paper_parse

cdef extern from "engines/paper/paper.h" nogil:
    enum:
        PAPER_LEVEL_COUNT
        PAPER_STREAM_COUNT

    ctypedef struct paper_statistics:
        uint64_t word_count
        uint64_t event_count
        uint64_t literal_count
        uint64_t match_count
        uint64_t escape_word_count
        uint64_t book_sizes[11]
        uint64_t events_per_level[12]
        uint64_t stream_sizes[6]
        uint64_t header_size

    qcz_status qcz_paper_encode(const paper_parse *parse, qcz_buffer *payload)
    qcz_status qcz_paper_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed, qcz_error *error)
    qcz_status qcz_paper_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size,
                                paper_statistics *statistics, qcz_error *error)

cdef extern from "engines/fast/fast.h" nogil:
    ctypedef struct fast_statistics:
        uint32_t level
        uint64_t item_count
        uint64_t event_count
        uint64_t word_count
        uint64_t gap_count
        uint64_t phrase_count

    ctypedef struct fast_phrase_positions:
        const uint8_t *depths
        size_t count
        int bigrams

    qcz_status qcz_fast_item_count(const uint8_t *block, size_t size, size_t *count)
    qcz_status qcz_fast_encode(const uint8_t *block, size_t size, unsigned level, const fast_phrase_positions *positions,
                               qcz_buffer *payload)
    qcz_status qcz_fast_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed,
                               fast_statistics *statistics, qcz_error *error)
    qcz_status qcz_fast_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, qcz_error *error)

cdef extern from "engines/mix/mix.h" nogil:
    ctypedef struct mix_statistics:
        uint32_t level
        uint32_t line_ends_apart
        uint64_t item_count
        uint64_t word_count
        uint64_t gap_count

    qcz_status qcz_mix_encode(const uint8_t *block, size_t size, unsigned level, qcz_cpu_path path, qcz_buffer *payload)
    qcz_status qcz_mix_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed,
                              mix_statistics *statistics, qcz_error *error)
    qcz_status qcz_mix_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, qcz_cpu_path path,
                              qcz_error *error)
