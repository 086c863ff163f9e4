/* encoder.c - encoders of any engine: the part of the public interface that checks what engines then rely on. */
#include "engines/engine.h"

#include "base/error.h"

#include <stdlib.h>

struct qcz_encoder {
    const engine *engine;
    void *state;
    size_t size;  /* of the block */
    size_t coded; /* bytes of it that are in segments */
};

/* The engine, if it can do what the options say; else NULL, with the error filled in. */
static const engine *find_for_options(const qcz_encoder_options *options, qcz_error *error)
{
    const engine *found = engine_find(options->engine);
    const qcz_prepared *prepared = options->prepared;
    if (found == NULL)
        fail(error, QCZ_ERROR_PARAMETER, "there is no such engine", 0);
    else if (options->level < found->facts.first_level || options->level > found->facts.last_level)
        fail(error, QCZ_ERROR_PARAMETER, "the engine has no such level", 0);
    else if (!qcz_cpu_has(options->path))
        fail(error, QCZ_ERROR_PARAMETER, "this build or this processor lacks the path", 0);
    else if (prepared != NULL && (prepared->engine != found || prepared->level != options->level))
        fail(error, QCZ_ERROR_PARAMETER, "the prepared state is of another engine or level", 0);
    else
        return found;
    return NULL;
}

static engine_encoder_setup setup_of(const engine *found, const qcz_encoder_options *options)
{
    return (engine_encoder_setup){
        .self = found, .options = options, .prepared = options->prepared == NULL ? NULL : options->prepared->state};
}

qcz_status qcz_encoder_new(const qcz_encoder_options *options, qcz_encoder **encoder, qcz_error *error)
{
    *encoder = NULL;
    const engine *found = find_for_options(options, error);
    if (found == NULL)
        return error->status;
    qcz_encoder *made = calloc(1, sizeof *made);
    if (made == NULL)
        return out_of_memory(error);
    made->engine = found;
    const engine_encoder_setup setup = setup_of(found, options);
    if (found->encoder_new(&setup, &made->state) != QCZ_OK) {
        free(made);
        return out_of_memory(error);
    }
    *encoder = made;
    return QCZ_OK;
}

qcz_status qcz_plan_memory(const qcz_encoder_options *options, size_t size, uint64_t *needed, qcz_error *error)
{
    *needed = 0;
    const engine *found = find_for_options(options, error);
    if (found == NULL)
        return error->status;
    if (size > QCZ_MAX_BLOCK_SIZE)
        return fail(error, QCZ_ERROR_PARAMETER, "the block is larger than the format allows", 0);
    const engine_encoder_setup setup = setup_of(found, options);
    *needed = sizeof(qcz_encoder) + found->plan_memory(&setup, size);
    return QCZ_OK;
}

qcz_status qcz_position_count(const qcz_encoder_options *options, const uint8_t *block, size_t size, size_t *count,
                              qcz_error *error)
{
    *count = 0;
    const engine *found = find_for_options(options, error);
    if (found == NULL)
        return error->status;
    if (found->position_count == NULL)
        return fail(error, QCZ_ERROR_PARAMETER, "the engine looks nothing up at positions", 0);
    if (size > QCZ_MAX_BLOCK_SIZE)
        return fail(error, QCZ_ERROR_PARAMETER, "the block is larger than the format allows", 0);
    return found->position_count(block, size, count) == QCZ_OK ? QCZ_OK : out_of_memory(error);
}

/* What is wrong with a block before an engine has seen it; NULL if nothing is. */
static const char *find_fault(const engine *taken_by, const engine_block *block)
{
    if (block->size > QCZ_MAX_BLOCK_SIZE)
        return "the block is larger than the format allows";
    if (block->positions != NULL && taken_by->position_count == NULL)
        return "the engine looks nothing up at positions";
    if ((block->parse != NULL) != (taken_by->facts.takes_parse != 0))
        return taken_by->facts.takes_parse ? "the engine needs a parse of the block" : "the engine takes no parse";
    return NULL;
}

qcz_status qcz_encoder_plan(qcz_encoder *encoder, const uint8_t *block, size_t size, const qcz_positions *positions,
                            const struct paper_parse *parse, qcz_buffer *head, qcz_error *error)
{
    *head = (qcz_buffer){0};
    encoder->size = encoder->coded = 0;
    const engine_block input = {.bytes = block, .size = size, .positions = positions, .parse = parse};
    const char *fault = find_fault(encoder->engine, &input);
    if (fault != NULL)
        return fail(error, QCZ_ERROR_PARAMETER, fault, 0);
    const qcz_status status = encoder->engine->plan(encoder->state, &input, head, error);
    if (status == QCZ_OK)
        encoder->size = size;
    else
        qcz_buffer_free(head);
    return status;
}

qcz_status qcz_encoder_segment(qcz_encoder *encoder, size_t size, qcz_buffer *payload, qcz_error *error)
{
    *payload = (qcz_buffer){0};
    const size_t left = encoder->size - encoder->coded;
    if (size > left || (encoder->engine->facts.segment_size == 0 && size != left))
        return fail(error, QCZ_ERROR_PARAMETER, "the segment is not a part of the block that can be coded now", encoder->coded);
    const qcz_status status = encoder->engine->encode(encoder->state, encoder->coded, encoder->coded + size, payload, error);
    if (status != QCZ_OK) {
        qcz_buffer_free(payload);
        encoder->coded = encoder->size; /* what follows would rest on what failed */
    } else {
        encoder->coded += size;
    }
    return status;
}

void qcz_encoder_free(qcz_encoder *encoder)
{
    if (encoder == NULL)
        return;
    encoder->engine->encoder_free(encoder->state);
    free(encoder);
}
