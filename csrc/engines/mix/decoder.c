/* decoder.c - reads one mix block. Every number from the payload is checked before it is used. */
#include "engines/mix/path.h"
#include "engines/mix/mix.h"
#include "base/error.h"

#include <stdlib.h>

/* Reads the head, which has to be all of it. */
static qcz_status read_head(const engine_head *head, mix_header *header, qcz_error *error)
{
    size_t header_size = 0;
    const qcz_status status = mix_header_read(head->bytes, head->size, head->block_size, header, &header_size, error);
    if (status == QCZ_OK && header_size != head->size)
        return fail(error, QCZ_ERROR_CORRUPT, "bytes follow the head", header_size);
    return status;
}

qcz_status mix_decode_memory(const engine_head *head, uint64_t *needed, qcz_error *error)
{
    mix_header header;
    const qcz_status status = read_head(head, &header, error);
    *needed = status == QCZ_OK ? mix_coder_memory(&header, head->block_size) : 0;
    return status;
}

static void report_header(const qcz_decoder_options *options, const mix_header *header)
{
    if (options->report == NULL)
        return;
    options->report(options->report_context, NULL, "level", header->level);
    options->report(options->report_context, NULL, "items", header->item_count);
    options->report(options->report_context, NULL, "line_ends_apart", header->flags & MIX_LINE_ENDS_APART);
    options->report(options->report_context, "codebook_entries", "words", header->word_count);
    options->report(options->report_context, "codebook_entries", "gaps", header->gap_count);
}

static qcz_status decode(mix_coder *coder, const engine_segment *segment, mix_code_block *code, qcz_error *error)
{
    const size_t size = segment->end - segment->start;
    coder->decoding = 1;
    if (!mix_coder_start(coder, size))
        return out_of_memory(error);
    arithmetic_decoder_start(&coder->decoder, segment->payload, segment->size);
    const int decoded = code(coder);
    const size_t offset = (size_t)(coder->decoder.next - segment->payload);
    if (!decoded && coder->failure == NULL)
        return out_of_memory(error);
    if (!decoded)
        return fail(error, QCZ_ERROR_CORRUPT, coder->failure, offset);
    if (coder->position != size)
        return fail(error, QCZ_ERROR_CORRUPT, "the items are shorter than the block", offset);
    if (coder->decoder.next != coder->decoder.end)
        return fail(error, QCZ_ERROR_CORRUPT, "bytes follow the coded bits", offset);
    return QCZ_OK;
}

qcz_status mix_decode(const qcz_decoder_options *options, const engine_head *head, const engine_segment *segment, qcz_error *error)
{
    mix_coder *coder = calloc(1, sizeof *coder);
    if (coder == NULL)
        return out_of_memory(error);
    coder->output = segment->block;
    coder->output_size = head->block_size;
    qcz_status status = read_head(head, &coder->header, error);
    if (status == QCZ_OK) {
        report_header(options, &coder->header);
        status = decode(coder, segment, mix_path_find(options->path), error);
    }
    mix_coder_free(coder);
    free(coder);
    return status;
}
