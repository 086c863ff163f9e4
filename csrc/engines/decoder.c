/* decoder.c - decoders of any engine: the part of the public interface that checks what engines then rely on. */
#include "engines/engine.h"

#include "base/error.h"

#include <stdlib.h>

struct qcz_decoder {
    const engine *engine;
    void *state;
    size_t block_size;
    size_t reached; /* the first byte of the block that no segment has given yet */
    int is_open;
};

/* The engine, if it can do what the options say; else NULL, with the error filled in. */
static const engine *find_for_options(const qcz_decoder_options *options, qcz_error *error)
{
    const engine *found = engine_find(options->engine);
    if (found == NULL)
        fail(error, QCZ_ERROR_PARAMETER, "there is no such engine", 0);
    else if (!qcz_cpu_has(options->path))
        fail(error, QCZ_ERROR_PARAMETER, "this build or this processor lacks the path", 0);
    else if (options->prepared != NULL && options->prepared->engine != found)
        fail(error, QCZ_ERROR_PARAMETER, "the prepared state is of another engine", 0);
    else
        return found;
    return NULL;
}

static engine_decoder_setup setup_of(const engine *found, const qcz_decoder_options *options)
{
    return (engine_decoder_setup){
        .self = found, .options = options, .prepared = options->prepared == NULL ? NULL : options->prepared->state};
}

qcz_status qcz_decoder_new(const qcz_decoder_options *options, qcz_decoder **decoder, qcz_error *error)
{
    *decoder = NULL;
    const engine *found = find_for_options(options, error);
    if (found == NULL)
        return error->status;
    qcz_decoder *made = calloc(1, sizeof *made);
    if (made == NULL)
        return out_of_memory(error);
    made->engine = found;
    const engine_decoder_setup setup = setup_of(found, options);
    if (found->decoder_new(&setup, &made->state) != QCZ_OK) {
        free(made);
        return out_of_memory(error);
    }
    *decoder = made;
    return QCZ_OK;
}

qcz_status qcz_head_memory(const qcz_decoder_options *options, const uint8_t *head, size_t head_size, size_t block_size,
                           uint64_t *needed, qcz_error *error)
{
    *needed = 0;
    const engine *found = find_for_options(options, error);
    if (found == NULL)
        return error->status;
    if (block_size > QCZ_MAX_BLOCK_SIZE)
        return fail(error, QCZ_ERROR_LIMIT, "the block is larger than the format allows", 0);
    const engine_decoder_setup setup = setup_of(found, options);
    const engine_head input = {.bytes = head, .size = head_size, .block_size = block_size};
    const qcz_status status = found->head_memory(&setup, &input, needed, error);
    *needed = status == QCZ_OK ? *needed + sizeof(qcz_decoder) : 0;
    return status;
}

qcz_status qcz_decoder_open(qcz_decoder *decoder, const uint8_t *head, size_t head_size, size_t block_size, qcz_error *error)
{
    decoder->is_open = 0;
    if (block_size > QCZ_MAX_BLOCK_SIZE)
        return fail(error, QCZ_ERROR_LIMIT, "the block is larger than the format allows", 0);
    const engine_head input = {.bytes = head, .size = head_size, .block_size = block_size};
    const qcz_status status = decoder->engine->open(decoder->state, &input, error);
    decoder->block_size = block_size;
    decoder->reached = 0;
    decoder->is_open = status == QCZ_OK;
    return status;
}

qcz_status qcz_decoder_segment(qcz_decoder *decoder, const uint8_t *payload, size_t size, uint8_t *block, size_t start, size_t end,
                               qcz_error *error)
{
    if (!decoder->is_open || start < decoder->reached || start > end || end > decoder->block_size)
        return fail(error, QCZ_ERROR_PARAMETER, "the segment is not one that can be decoded now", 0);
    if (decoder->engine->facts.segment_size == 0 && (start != 0 || end != decoder->block_size))
        return fail(error, QCZ_ERROR_CORRUPT, "the engine codes a block as one segment, and this is a part of one", 0);
    const engine_segment input = {.payload = payload, .size = size, .block = block, .start = start, .end = end};
    const qcz_status status = decoder->engine->decode(decoder->state, &input, error);
    decoder->reached = end;
    decoder->is_open = status == QCZ_OK;
    return status;
}

void qcz_decoder_free(qcz_decoder *decoder)
{
    if (decoder == NULL)
        return;
    decoder->engine->decoder_free(decoder->state);
    free(decoder);
}
