/* encoder.c - writes one mix block: items, codebooks, then everything through the coder of mix_coder.h. */
#include "engines/mix/path.h"
#include "base/error.h"
#include "base/memory.h"
#include "books/token_choice.h"
#include "engines/mix/mix.h"

#include <stdlib.h>

enum { LEAST_WORD_COUNT = 2, LEAST_GAP_COUNT = 2, GAP_BOOK_LIMIT = 4096 };

/* Beside the coder: items and their distinct tokens. Measured on text made of nothing but short items: 23 bytes a byte at most. */
enum { ENCODER_MEMORY_PER_BYTE = 32, ENCODER_FIXED_MEMORY = 2 << 20 };

typedef struct mix_encoder {
    item_list items;
    canonical_gaps canonical;
    token_choice words;
    token_choice gaps;
    uint32_t *gap_tokens; /* per gap, not per canonical gap */
    mix_coder coder;
} mix_encoder;

static int choose_books(mix_encoder *encoder, const mix_level *level)
{
    const int apart = lines_are_wrapped(&encoder->items);
    encoder->coder.header.flags = apart ? MIX_LINE_ENDS_APART : 0;
    if (canonical_gaps_find(&encoder->items, apart, &encoder->canonical) != QCZ_OK ||
        token_choice_find(&encoder->items.words, LEAST_WORD_COUNT, level->word_book_limit, &encoder->words) != QCZ_OK ||
        token_choice_find(&encoder->canonical.gaps, LEAST_GAP_COUNT, GAP_BOOK_LIMIT, &encoder->gaps) != QCZ_OK)
        return 0;
    encoder->gap_tokens = allocate_array((size_t)encoder->items.gaps.count + 1, sizeof *encoder->gap_tokens);
    if (encoder->gap_tokens == NULL)
        return 0;
    for (uint32_t id = 0; id < encoder->items.gaps.count; id++)
        encoder->gap_tokens[id] = encoder->gaps.entries[encoder->canonical.canonical_of[id]];
    return 1;
}

static void fill_book(const token_list *tokens, const token_choice *choice, token_book *book)
{
    for (uint32_t entry = 0; entry < choice->count; entry++) {
        const uint32_t id = choice->ids[entry];
        const uint32_t size = tokens->offsets[id + 1] - tokens->offsets[id];
        memcpy(book->text + book->offsets[entry], tokens->text + tokens->offsets[id], size);
        book->offsets[entry + 1] = book->offsets[entry] + size;
        book->levels[entry] = word_count_level(tokens->counts[id]);
    }
    book->levels[choice->count] = word_count_level((uint32_t)choice->unknown_count);
}

/* Classes of the words of the codebook; sets the level from which on words have one. */
static int start_coder(mix_encoder *encoder, unsigned level, size_t size, qcz_buffer *head)
{
    mix_coder *coder = &encoder->coder;
    coder->header = (mix_header){.level = level, .flags = coder->header.flags, .item_count = encoder->items.count,
                                 .word_count = encoder->words.count, .word_bytes = encoder->words.byte_count,
                                 .gap_count = encoder->gaps.count, .gap_bytes = encoder->gaps.byte_count};
    if (!mix_coder_start(coder, size))
        return 0;
    fill_book(&encoder->items.words, &encoder->words, &coder->words);
    uint8_t first_level = UINT8_MAX;
    if (token_choice_classes(&encoder->items, &encoder->words, coder->words.classes, &first_level) != QCZ_OK)
        return 0;
    coder->header.class_level = first_level;
    fill_book(&encoder->canonical.gaps, &encoder->gaps, &coder->gaps);
    coder->source = (item_source){.items = &encoder->items, .word_tokens = encoder->words.entries, .gap_tokens = encoder->gap_tokens,
                                  .canonical = &encoder->canonical};
    arithmetic_encoder_start(&coder->encoder);
    mix_header_write(&coder->header, head);
    return head->status == QCZ_OK;
}

static qcz_status encode(mix_encoder *encoder, const engine_block *block, unsigned level, mix_code_block *code, qcz_buffer *head)
{
    const qcz_status status = items_split(block->bytes, block->size, &encoder->items);
    if (status != QCZ_OK)
        return status;
    if (!choose_books(encoder, mix_level_find(level)) || !start_coder(encoder, level, block->size, head) || !code(&encoder->coder))
        return QCZ_ERROR_MEMORY;
    if (encoder->coder.decisions_left == 0)
        return QCZ_ERROR_NOT_TEXT; /* a decoder would refuse the effort */
    return arithmetic_encoder_finish(&encoder->coder.encoder);
}

uint64_t mix_encode_memory(unsigned level, size_t size)
{
    const uint32_t words = mix_level_find(level)->word_book_limit;
    const mix_header most = {.level = level,
                             .item_count = (uint32_t)size,
                             .word_count = size / LEAST_WORD_COUNT < words ? (uint32_t)(size / LEAST_WORD_COUNT) : words,
                             .word_bytes = (uint32_t)(size / LEAST_WORD_COUNT),
                             .gap_count = size / LEAST_GAP_COUNT < GAP_BOOK_LIMIT ? (uint32_t)(size / LEAST_GAP_COUNT) : GAP_BOOK_LIMIT,
                             .gap_bytes = (uint32_t)(size / LEAST_GAP_COUNT)};
    return mix_coder_memory(&most, size) + ENCODER_FIXED_MEMORY + (uint64_t)ENCODER_MEMORY_PER_BYTE * size;
}

qcz_status mix_encode(const qcz_encoder_options *options, const engine_block *block, qcz_buffer *head, qcz_buffer *payload,
                      qcz_error *error)
{
    mix_encoder *encoder = calloc(1, sizeof *encoder);
    if (encoder == NULL)
        return out_of_memory(error);
    const qcz_status status = encode(encoder, block, options->level, mix_path_find(options->path), head);
    *payload = encoder->coder.encoder.output;
    items_free(&encoder->items);
    canonical_gaps_free(&encoder->canonical);
    token_choice_free(&encoder->words);
    token_choice_free(&encoder->gaps);
    free(encoder->gap_tokens);
    mix_coder_free(&encoder->coder);
    free(encoder);
    return status == QCZ_OK ? status : fail(error, status, "the block cannot be coded, or there is no memory for it", 0);
}
