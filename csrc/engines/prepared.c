/* prepared.c - prepared states of any engine: the part of the public interface that checks what engines then rely on. */
#include "engines/engine.h"

#include "base/error.h"

#include <stdlib.h>

/* The engine, if it takes codebooks and has the level; else NULL, with the error filled in. */
static const engine *find_for_codebook(unsigned number, unsigned level, size_t size, qcz_error *error)
{
    const engine *found = engine_find(number);
    if (found == NULL || !found->facts.takes_codebooks)
        fail(error, QCZ_ERROR_PARAMETER, "there is no such engine, or it takes no codebooks", 0);
    else if (level < found->facts.first_level || level > found->facts.last_level)
        fail(error, QCZ_ERROR_PARAMETER, "the engine has no such level", 0);
    else if (size > QCZ_MAX_BLOCK_SIZE)
        fail(error, QCZ_ERROR_PARAMETER, "the codebook is larger than a block may be", 0);
    else
        return found;
    return NULL;
}

qcz_status qcz_prepare_memory(unsigned number, unsigned level, size_t size, uint64_t *needed, qcz_error *error)
{
    const engine *found = find_for_codebook(number, level, size, error);
    *needed = found == NULL ? 0 : sizeof(qcz_prepared) + found->prepare_memory(level, size);
    return found == NULL ? error->status : QCZ_OK;
}

qcz_status qcz_prepare(unsigned number, unsigned level, const uint8_t *codebook, size_t size, qcz_prepared **prepared,
                       qcz_error *error)
{
    *prepared = NULL;
    const engine *found = find_for_codebook(number, level, size, error);
    if (found == NULL)
        return error->status;
    qcz_prepared *made = malloc(sizeof *made);
    if (made == NULL)
        return out_of_memory(error);
    *made = (qcz_prepared){.engine = found, .level = level};
    const qcz_status status = found->prepare(level, codebook, size, &made->state, error);
    if (status == QCZ_OK)
        *prepared = made;
    else
        free(made);
    return status;
}

void qcz_prepared_free(qcz_prepared *prepared)
{
    if (prepared == NULL)
        return;
    prepared->engine->prepared_free(prepared->state);
    free(prepared);
}
