/* decoder.c - reads one mix block. Every number from the payload is checked before it is used. */
#include "engines/mix/cpu_path.h"
#include "engines/mix/mix.h"
#include "base/error.h"

#include <stdlib.h>

qcz_status qcz_mix_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed, mix_statistics *statistics,
                          qcz_error *error)
{
    mix_header header;
    size_t header_size;
    const qcz_status status = mix_header_read(payload, size, raw_size, &header, &header_size, error);
    *needed = status == QCZ_OK ? mix_coder_memory(&header, raw_size) : 0;
    if (status == QCZ_OK && statistics != NULL)
        *statistics = (mix_statistics){.level = header.level, .line_ends_apart = header.flags & MIX_LINE_ENDS_APART,
                                           .item_count = header.item_count, .word_count = header.word_count,
                                           .gap_count = header.gap_count};
    return status;
}

static qcz_status decode(mix_coder *coder, const uint8_t *payload, size_t size, size_t raw_size, mix_code_block *code,
                         qcz_error *error)
{
    size_t header_size;
    const qcz_status status = mix_header_read(payload, size, raw_size, &coder->header, &header_size, error);
    if (status != QCZ_OK)
        return status;
    coder->decoding = 1;
    if (!mix_coder_start(coder, raw_size))
        return fail(error, QCZ_ERROR_MEMORY, "out of memory", 0);
    arithmetic_decoder_start(&coder->decoder, payload + header_size, size - header_size);
    const int decoded = code(coder);
    const size_t offset = (size_t)(coder->decoder.next - payload);
    if (!decoded && coder->failure == NULL)
        return fail(error, QCZ_ERROR_MEMORY, "out of memory", 0);
    if (!decoded)
        return fail(error, QCZ_ERROR_CORRUPT, coder->failure, offset);
    if (coder->position != raw_size)
        return fail(error, QCZ_ERROR_CORRUPT, "the items are shorter than the block", offset);
    if (coder->decoder.next != coder->decoder.end)
        return fail(error, QCZ_ERROR_CORRUPT, "bytes follow the coded bits", offset);
    return QCZ_OK;
}

qcz_status qcz_mix_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, qcz_cpu_path path,
                          qcz_error *error)
{
    mix_code_block *code = cpu_path_find(path);
    if (code == NULL)
        return fail(error, QCZ_ERROR_LIMIT, "this processor lacks what was asked for", 0);
    mix_coder *coder = calloc(1, sizeof *coder);
    if (coder == NULL)
        return fail(error, QCZ_ERROR_MEMORY, "out of memory", 0);
    coder->output = output;
    coder->output_size = raw_size;
    const qcz_status status = decode(coder, payload, size, raw_size, code, error);
    mix_coder_free(coder);
    free(coder);
    return status;
}
