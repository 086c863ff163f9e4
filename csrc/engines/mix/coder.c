#include "engines/mix/coder.h"

#include <stdlib.h>

enum { SMALLEST_LINE_BITS = 12, FRESH_TRUST = 0xE666 /* 0.9 */, FRESH_RUN_TRUST = 0xCCCC /* 0.8 */ };

static unsigned bits_of(size_t value)
{
    unsigned bits = 0;
    while (bits < 40 && ((size_t)1 << bits) < value)
        bits++;
    return bits;
}

/* A table has no use for more lines than the block gives it contexts: so many per byte of content, as a power of two. */
static unsigned line_bits(unsigned limit, size_t raw_size, int lines_per_byte_bits)
{
    const int bits = (int)bits_of(raw_size) + lines_per_byte_bits;
    if (bits < SMALLEST_LINE_BITS)
        return SMALLEST_LINE_BITS;
    return bits < (int)limit ? (unsigned)bits : limit;
}

static unsigned history_bits(const mix_level *level, uint32_t item_count)
{
    const unsigned bits = bits_of((size_t)item_count + 2);
    return bits < level->history_bits ? (bits < 4 ? 4 : bits) : level->history_bits;
}

static unsigned bit_count(uint32_t bits)
{
    unsigned count = 0;
    for (; bits != 0; bits &= bits - 1)
        count++;
    return count;
}

/* The more contexts, the more weight sets at once: see code_token. */
static predictor_shape token_shape(uint32_t contexts, unsigned bits)
{
    predictor_shape shape = {.context_count = bit_count(contexts), .final_sets = 3 * 16, .map_sizes = {3 * 16, 64 * 64},
                             .line_bits = bits, .rate = 6400};
    static const uint32_t many_sets[] = {MATCH_STEPS * 16, 0, 4096, TOKEN_RANK_COUNT + 1, 256 * 16};
    shape.set_count = shape.context_count == MIX_SOME_CONTEXTS ? MIX_SOME_SETS : MIX_MANY_SETS;
    memcpy(shape.set_sizes, many_sets, shape.set_count * sizeof shape.set_sizes[0]);
    return shape;
}

static predictor_shape word_shape(const mix_level *level, size_t raw_size)
{
    return token_shape(level->word_contexts, line_bits(level->word_line_bits, raw_size, 0));
}

static predictor_shape gap_shape(const mix_level *level, size_t raw_size)
{
    return token_shape(level->gap_contexts, line_bits(level->gap_line_bits, raw_size, -1));
}

static predictor_shape flag_shape(const mix_level *level, uint32_t sets, uint32_t maps, size_t raw_size)
{
    return (predictor_shape){.context_count = LEAN_CONTEXTS, .set_count = 1, .set_sizes = {FLAG_NUMBERS * sets}, .map_sizes = {maps},
                             .line_bits = line_bits(level->flag_line_bits, raw_size, -2), .rate = 6000};
}

static predictor_shape case_shape(const mix_level *level, size_t raw_size)
{
    return flag_shape(level, 32, TOKEN_RANK_COUNT + 1, raw_size);
}

static predictor_shape line_end_shape(const mix_level *level, size_t raw_size)
{
    return flag_shape(level, 256, 256 * 8, raw_size);
}

static predictor_shape item_shape(const mix_level *level, size_t raw_size)
{
    return flag_shape(level, MATCH_STEPS, TOKEN_RANK_COUNT + 1, raw_size);
}

static predictor_shape spelling_shape(const mix_level *level, size_t raw_size)
{
    return (predictor_shape){.context_count = SPELLING_CONTEXTS, .set_count = 2, .set_sizes = {256, SPELLING_KINDS * 32}, .final_sets = 256,
                             .map_sizes = {SPELLING_KINDS * 256, 32 * 256}, .line_bits = line_bits(level->spelling_line_bits, raw_size, 0),
                             .rate = 14000};
}

/* How many contexts also remember the last word they were followed by; see code_token. */
static unsigned run_count(const mix_level *level)
{
    return bit_count(level->word_contexts) == MIX_SOME_CONTEXTS ? 1 : MIX_RUN_HINTS;
}

static unsigned run_bits(const mix_level *level, size_t raw_size)
{
    return line_bits(level->word_line_bits - 2, raw_size, -2);
}

static choice_table_bits choice_bits(const mix_level *level, size_t raw_size)
{
    return (choice_table_bits){.words = line_bits(level->word_line_bits, raw_size, 0), .gaps = line_bits(level->gap_line_bits, raw_size, -1),
                               .spelling = line_bits(level->spelling_line_bits, raw_size, 0),
                               .flags = line_bits(level->flag_line_bits, raw_size, -2)};
}

/* What coding bit by bit takes. */
static uint64_t predictors_memory(const mix_level *level, size_t raw_size)
{
    const predictor_shape shapes[] = {word_shape(level, raw_size),     gap_shape(level, raw_size),  case_shape(level, raw_size),
                                      line_end_shape(level, raw_size), item_shape(level, raw_size), spelling_shape(level, raw_size)};
    uint64_t memory = run_count(level) * (sizeof(run_entry) << run_bits(level, raw_size));
    for (size_t shape = 0; shape < sizeof shapes / sizeof shapes[0]; shape++)
        memory += predictor_memory(&shapes[shape]);
    return memory;
}

uint64_t mix_coder_memory(const mix_header *header, size_t raw_size)
{
    const mix_level *level = mix_level_find(header->level);
    const choice_table_bits bits = choice_bits(level, raw_size);
    uint64_t memory = sizeof(mix_coder) + (level->coding != MIX_BITS ? choice_models_memory(&bits) : predictors_memory(level, raw_size));
    memory += match_model_memory(history_bits(level, header->item_count), level->match_orders);
    memory += token_book_memory(header->word_count, header->word_bytes);
    return memory + token_book_memory(header->gap_count, header->gap_bytes);
}

static int start_predictor(mix_coder *coder, bit_predictor *predictor, predictor_shape shape)
{
    return predictor_start(predictor, &shape, &coder->logistic);
}

static void start_trust(mix_coder *coder)
{
    uint16_t *match = &coder->match_trust[0][0][0];
    for (size_t i = 0; i < sizeof coder->match_trust / sizeof *match; i++)
        match[i] = FRESH_TRUST;
    uint16_t *flag = &coder->flag_trust[0][0];
    for (size_t i = 0; i < sizeof coder->flag_trust / sizeof *flag; i++)
        flag[i] = FRESH_TRUST;
    uint16_t *run = &coder->run_trust[0][0][0];
    for (size_t i = 0; i < sizeof coder->run_trust / sizeof *run; i++)
        run[i] = FRESH_RUN_TRUST;
}

static int start_predictors(mix_coder *coder, const mix_level *level, size_t raw_size)
{
    logistic_tables_start(&coder->logistic);
    start_trust(coder);
    int started = start_predictor(coder, &coder->word_predictor, word_shape(level, raw_size));
    started &= start_predictor(coder, &coder->gap_predictor, gap_shape(level, raw_size));
    started &= start_predictor(coder, &coder->case_predictor, case_shape(level, raw_size));
    started &= start_predictor(coder, &coder->line_end_predictor, line_end_shape(level, raw_size));
    started &= start_predictor(coder, &coder->item_predictor, item_shape(level, raw_size));
    started &= start_predictor(coder, &coder->spelling_predictor, spelling_shape(level, raw_size));
    coder->run_bits = run_bits(level, raw_size);
    for (unsigned run = 0; run < run_count(level); run++) {
        coder->runs[run] = calloc((size_t)1 << coder->run_bits, sizeof *coder->runs[run]);
        started &= coder->runs[run] != NULL;
    }
    return started;
}

int mix_coder_start(mix_coder *coder, size_t raw_size)
{
    const mix_header *header = &coder->header;
    const mix_level *level = mix_level_find(header->level);
    const choice_table_bits bits = choice_bits(level, raw_size);
    coder->level = level;
    coder->decisions_left = (uint64_t)DECISIONS_PER_BYTE * raw_size + DECISIONS_FIXED;
    int started = level->coding != MIX_BITS ? choice_models_start(&coder->choices, &bits) : start_predictors(coder, level, raw_size);
    started &= match_model_start(&coder->match, history_bits(level, header->item_count), level->match_orders);
    started &= token_book_start(&coder->words, header->word_count, header->word_bytes);
    started &= token_book_start(&coder->gaps, header->gap_count, header->gap_bytes);
    return started;
}

void mix_coder_free(mix_coder *coder)
{
    predictor_free(&coder->word_predictor);
    predictor_free(&coder->gap_predictor);
    predictor_free(&coder->case_predictor);
    predictor_free(&coder->line_end_predictor);
    predictor_free(&coder->item_predictor);
    predictor_free(&coder->spelling_predictor);
    choice_models_free(&coder->choices);
    match_model_free(&coder->match);
    token_book_free(&coder->words);
    token_book_free(&coder->gaps);
    for (unsigned run = 0; run < MIX_RUN_HINTS; run++)
        free(coder->runs[run]);
}

int find_soft_space(const uint8_t *gap, uint32_t size)
{
    int place = -1;
    for (uint32_t i = 0; i < size; i++) {
        const int is_space = is_gap_space(gap[i]);
        if (is_space && (place >= 0 || gap[i] != ' '))
            return -1;
        if (is_space)
            place = (int)i;
    }
    return place;
}
