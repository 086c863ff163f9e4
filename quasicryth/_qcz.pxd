# The public interface of the C engines; csrc/qcz.h documents every name.
from libc.stdint cimport uint8_t, uint32_t, uint64_t

cdef extern from "qcz.h" nogil:
    const char *qcz_version()

    ctypedef enum qcz_status:
        QCZ_OK
        QCZ_ERROR_CORRUPT
        QCZ_ERROR_LIMIT
        QCZ_ERROR_MEMORY
        QCZ_ERROR_PARAMETER
        QCZ_ERROR_NOT_TEXT
    const char *qcz_status_name(qcz_status status)

    ctypedef struct qcz_error:
        qcz_status status
        const char *message
        size_t offset

    ctypedef struct qcz_xxh64:
        pass
    void qcz_xxh64_start(qcz_xxh64 *state, uint64_t seed)
    void qcz_xxh64_update(qcz_xxh64 *state, const uint8_t *bytes, size_t size)
    uint64_t qcz_xxh64_digest(const qcz_xxh64 *state)
    int qcz_checksum_matches(uint64_t computed, uint64_t stated)

    ctypedef struct qcz_buffer:
        uint8_t *bytes
        size_t size
    void qcz_buffer_free(qcz_buffer *buffer)

    enum:
        QCZ_MAX_BLOCK_SIZE

    ctypedef struct qcz_level_facts:
        uint32_t block_size
        const char *purpose

    ctypedef struct qcz_engine_facts:
        const char *name
        uint8_t number
        uint8_t first_level
        uint8_t last_level
        uint8_t default_level
        uint8_t owns_levels
        uint8_t first_positions_level
        uint8_t takes_parse
        uint8_t takes_codebooks
        uint8_t reports_costs
        uint32_t segment_size
        const qcz_level_facts *levels
    size_t qcz_engine_count()
    const qcz_engine_facts *qcz_engine_facts_at(size_t index)

    ctypedef enum qcz_cpu_path:
        QCZ_CPU_FASTEST
        QCZ_CPU_PORTABLE
        QCZ_CPU_SSE41
        QCZ_CPU_AVX2
        QCZ_CPU_AVX512
        QCZ_CPU_NEON
    int qcz_cpu_has(qcz_cpu_path path)

    ctypedef struct qcz_prepared:
        pass
    qcz_status qcz_prepare(unsigned engine, unsigned level, const uint8_t *codebook, size_t size, qcz_prepared **prepared,
                           qcz_error *error)
    qcz_status qcz_prepare_memory(unsigned engine, unsigned level, size_t size, uint64_t *needed, qcz_error *error)
    void qcz_prepared_free(qcz_prepared *prepared)

    ctypedef struct qcz_positions:
        const uint8_t *depths
        size_t count
        int bigrams

    # Defined in csrc/engines/paper/parse.h.
    struct paper_parse:
        pass

    ctypedef void qcz_cost_report(void *context, const char *kind, uint64_t cost) noexcept nogil

    ctypedef struct qcz_encoder_options:
        unsigned engine
        unsigned level
        qcz_cpu_path path
        const qcz_prepared *prepared
        qcz_cost_report *report
        void *report_context

    ctypedef struct qcz_encoder:
        pass
    qcz_status qcz_encoder_new(const qcz_encoder_options *options, qcz_encoder **encoder, qcz_error *error)
    qcz_status qcz_plan_memory(const qcz_encoder_options *options, size_t size, uint64_t *needed, qcz_error *error)
    qcz_status qcz_position_count(const qcz_encoder_options *options, const uint8_t *block, size_t size, size_t *count,
                                  qcz_error *error)
    qcz_status qcz_encoder_plan(qcz_encoder *encoder, const uint8_t *block, size_t size, const qcz_positions *positions,
                                const paper_parse *parse, qcz_buffer *head, qcz_error *error)
    qcz_status qcz_encoder_segment(qcz_encoder *encoder, size_t size, qcz_buffer *payload, qcz_error *error)
    void qcz_encoder_free(qcz_encoder *encoder)

    ctypedef void qcz_fact_report(void *context, const char *group, const char *name, uint64_t value) noexcept nogil

    ctypedef struct qcz_decoder_options:
        unsigned engine
        qcz_cpu_path path
        const qcz_prepared *prepared
        qcz_fact_report *report
        void *report_context

    ctypedef struct qcz_decoder:
        pass
    qcz_status qcz_decoder_new(const qcz_decoder_options *options, qcz_decoder **decoder, qcz_error *error)
    qcz_status qcz_head_memory(const qcz_decoder_options *options, const uint8_t *head, size_t head_size, size_t block_size,
                               uint64_t *needed, qcz_error *error)
    qcz_status qcz_decoder_open(qcz_decoder *decoder, const uint8_t *head, size_t head_size, size_t block_size, qcz_error *error)
    qcz_status qcz_decoder_segment(qcz_decoder *decoder, const uint8_t *payload, size_t size, uint8_t *block, size_t start,
                                   size_t end, qcz_error *error)
    void qcz_decoder_free(qcz_decoder *decoder)
