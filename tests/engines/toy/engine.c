/*
 * engine.c - the smallest engine that has all that an engine can have: segments, a state that goes on from one to the next, prepared
 * states. It is for tests: a build with QCZ_TEST_ENGINE=tests/engines/toy has it. docs/contributing.md uses it as its example.
 *
 * A segment is copied as it is, but for two kinds of content that are told in few bytes, so that something gets smaller: a chain, in
 * which each byte follows from the one before, and a piece of the codebook. Heads are empty. Payload of a segment:
 *
 *     u8 number of the segment in its block, modulo 256: what encoder and decoder remember from one segment to the next
 *     u8 form: 0 the content follows; 1 a chain, whose first byte follows; 2 a piece of the codebook, whose place follows, a u32
 */
#include "engines/engine.h"

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { FORM_COPY, FORM_CHAIN, FORM_PIECE };
enum { FORM_SIZE = 2, PLACE_SIZE = 4, SEGMENT_SIZE = 1000, BITS_PER_BYTE = 8 };

/* The codebook as both sides have read it. */
typedef struct toy_prepared {
    uint8_t *bytes;
    size_t size;
} toy_prepared;

/* The working copy, of an encoder or a decoder. */
typedef struct toy_state {
    qcz_cost_report *report;
    void *report_context;
    qcz_fact_report *tell;
    void *tell_context;
    const toy_prepared *prepared;
    const uint8_t *block; /* of an encoder */
    uint8_t number;       /* of the next segment: all that a block changes */
} toy_state;

static uint8_t next_in_chain(uint8_t byte)
{
    return (uint8_t)(byte * 77u + 55u);
}

/* ---- encoding -------------------------------------------------------------------------------------------------------- */

static int is_chain(const uint8_t *bytes, size_t size)
{
    for (size_t i = 1; i < size; i++)
        if (bytes[i] != next_in_chain(bytes[i - 1]))
            return 0;
    return size > 0;
}

/* Where in the codebook the bytes are; its size, if they are nowhere. */
static size_t find_piece(const toy_prepared *prepared, const uint8_t *bytes, size_t size)
{
    for (size_t place = 0; place + size <= prepared->size; place++)
        if (memcmp(prepared->bytes + place, bytes, size) == 0)
            return place;
    return prepared->size;
}

static uint64_t plan_memory(const engine_encoder_setup *setup, size_t size)
{
    (void)setup;
    return sizeof(toy_state) + 4 * (uint64_t)(size < SEGMENT_SIZE ? size : SEGMENT_SIZE) + 1024;
}

static qcz_status encoder_new(const engine_encoder_setup *setup, void **encoder)
{
    toy_state *made = calloc(1, sizeof *made);
    if (made == NULL)
        return QCZ_ERROR_MEMORY;
    made->report = setup->options->report;
    made->report_context = setup->options->report_context;
    made->prepared = setup->prepared;
    *encoder = made;
    return QCZ_OK;
}

static qcz_status plan(void *encoder, const engine_block *block, qcz_buffer *head, qcz_error *error)
{
    (void)head;
    (void)error;
    toy_state *self = encoder;
    self->block = block->bytes;
    self->number = 0;
    return QCZ_OK;
}

static void put_content(const toy_state *self, const uint8_t *bytes, size_t size, qcz_buffer *payload)
{
    const size_t place = self->prepared == NULL ? 0 : find_piece(self->prepared, bytes, size);
    if (is_chain(bytes, size)) {
        buffer_put_u8(payload, FORM_CHAIN);
        buffer_put_u8(payload, bytes[0]);
    } else if (self->prepared != NULL && place < self->prepared->size) {
        buffer_put_u8(payload, FORM_PIECE);
        for (unsigned shift = 0; shift < PLACE_SIZE * BITS_PER_BYTE; shift += BITS_PER_BYTE)
            buffer_put_u8(payload, (uint8_t)(place >> shift));
    } else {
        buffer_put_u8(payload, FORM_COPY);
        buffer_put_bytes(payload, bytes, size);
    }
}

static qcz_status encode(void *encoder, size_t start, size_t end, qcz_buffer *payload, qcz_error *error)
{
    toy_state *self = encoder;
    buffer_put_u8(payload, self->number++);
    put_content(self, self->block + start, end - start, payload);
    if (payload->status != QCZ_OK)
        return out_of_memory(error);
    if (self->report != NULL)
        self->report(self->report_context, "segment", (uint64_t)payload->size * BITS_PER_BYTE * 256);
    return QCZ_OK;
}

/* ---- decoding -------------------------------------------------------------------------------------------------------- */

static qcz_status head_memory(const engine_decoder_setup *setup, const engine_head *head, uint64_t *needed, qcz_error *error)
{
    (void)setup;
    *needed = sizeof(toy_state);
    return head->size == 0 ? QCZ_OK : fail(error, QCZ_ERROR_CORRUPT, "the head is not empty", 0);
}

static qcz_status decoder_new(const engine_decoder_setup *setup, void **decoder)
{
    toy_state *made = calloc(1, sizeof *made);
    if (made == NULL)
        return QCZ_ERROR_MEMORY;
    made->tell = setup->options->report;
    made->tell_context = setup->options->report_context;
    made->prepared = setup->prepared;
    *decoder = made;
    return QCZ_OK;
}

static qcz_status open_head(void *decoder, const engine_head *head, qcz_error *error)
{
    toy_state *self = decoder;
    self->number = 0;
    return head->size == 0 ? QCZ_OK : fail(error, QCZ_ERROR_CORRUPT, "the head is not empty", 0);
}

static void fill_chain(uint8_t first, uint8_t *content, size_t size)
{
    for (size_t i = 0; i < size; i++, first = next_in_chain(first))
        content[i] = first;
}

static qcz_status decode_content(const toy_state *self, const engine_segment *segment, qcz_error *error)
{
    const uint8_t *rest = segment->payload + FORM_SIZE;
    const size_t rest_size = segment->size - FORM_SIZE;
    uint8_t *content = segment->block + segment->start;
    const size_t size = segment->end - segment->start;
    const uint8_t form = segment->payload[1];
    if (form == FORM_COPY && rest_size == size) {
        memcpy(content, rest, size);
        return QCZ_OK;
    }
    if (form == FORM_CHAIN && rest_size == 1) {
        fill_chain(rest[0], content, size);
        return QCZ_OK;
    }
    if (form != FORM_PIECE || rest_size != PLACE_SIZE || self->prepared == NULL)
        return fail(error, QCZ_ERROR_CORRUPT, "the form is unknown, or the payload is not as long as it says", 1);
    const size_t place = load_u32(rest);
    if (size > self->prepared->size || place > self->prepared->size - size)
        return fail(error, QCZ_ERROR_CORRUPT, "the codebook has no such piece", FORM_SIZE);
    memcpy(content, self->prepared->bytes + place, size);
    return QCZ_OK;
}

static qcz_status decode(void *decoder, const engine_segment *segment, qcz_error *error)
{
    toy_state *self = decoder;
    if (segment->size < FORM_SIZE || segment->payload[0] != self->number)
        return fail(error, QCZ_ERROR_CORRUPT, "another segment of the block belongs here", 0);
    self->number++;
    const qcz_status status = decode_content(self, segment, error);
    if (status == QCZ_OK && self->tell != NULL)
        self->tell(self->tell_context, "bytes", segment->payload[1] == FORM_COPY ? "copied" : "told",
                   segment->end - segment->start);
    return status;
}

/* ---- prepared states ------------------------------------------------------------------------------------------------- */

static uint64_t prepare_memory(unsigned level, size_t size)
{
    (void)level;
    return sizeof(toy_prepared) + (uint64_t)size + 1;
}

static void prepared_free(void *prepared)
{
    toy_prepared *self = prepared;
    free(self->bytes);
    free(self);
}

static qcz_status prepare(unsigned level, const uint8_t *codebook, size_t size, void **prepared, qcz_error *error)
{
    (void)level;
    toy_prepared *made = calloc(1, sizeof *made);
    if (made == NULL)
        return out_of_memory(error);
    made->bytes = malloc(size + 1);
    if (made->bytes == NULL) {
        free(made);
        return out_of_memory(error);
    }
    memcpy(made->bytes, codebook, size);
    made->size = size;
    *prepared = made;
    return QCZ_OK;
}

static const qcz_level_facts levels[] = {{.block_size = 1 << 20, .purpose = "For tests"}};

extern const engine toy_engine; /* the table of engines has it */
const engine toy_engine = {
    .facts = {.name = "toy",
              .number = 200,
              .first_level = 1,
              .last_level = 1,
              .default_level = 1,
              .takes_codebooks = 1,
              .reports_costs = 1,
              .segment_size = SEGMENT_SIZE,
              .levels = levels},
    .plan_memory = plan_memory,
    .encoder_new = encoder_new,
    .plan = plan,
    .encode = encode,
    .encoder_free = free,
    .head_memory = head_memory,
    .decoder_new = decoder_new,
    .open = open_head,
    .decode = decode,
    .decoder_free = free,
    .prepare_memory = prepare_memory,
    .prepare = prepare,
    .prepared_free = prepared_free,
};
