#include "engines/mix/choice_models.h"

#include "base/memory.h"

#include <stdlib.h>

enum { BYTE_COUNT = 256, FRESH_TRUST = 20000 /* in 1 / 32,768 */ };

/* How common bytes are, in the levels of word_tree.h: letters by their frequency in several languages, then digits, UTF-8, others. */
static uint8_t level_of_byte(unsigned byte)
{
    static const uint8_t letters[26] = {13, 10, 11, 11, 13, 10, 10, 10, 13, 8, 9, 12, 11, 12, 12, 11, 8, 12, 12, 12, 11, 9, 9, 8, 9, 8};
    if (byte >= 'a' && byte <= 'z')
        return letters[byte - 'a'];
    if (byte >= '0' && byte <= '9')
        return 8;
    if (byte < 0x20)
        return 9;
    return byte >= 0x80 ? 7 : 6;
}

enum { LEVEL_OF_END = 12 };

static int start_bytes(token_book *bytes)
{
    if (!token_book_start(bytes, BYTE_COUNT, BYTE_COUNT))
        return 0;
    for (unsigned byte = 0; byte < BYTE_COUNT; byte++) {
        bytes->text[byte] = (uint8_t)byte;
        bytes->offsets[byte + 1] = byte + 1;
        bytes->levels[byte] = level_of_byte(byte);
        bytes->classes[byte] = WORD_CLASS_NONE;
    }
    bytes->levels[BYTE_COUNT] = LEVEL_OF_END;
    return token_book_build(bytes, 1);
}

/* The first choices as given, in 1 / 32,768; nothing is left for others. */
static void start_entry(choice_entry *entry, const uint16_t *bounds, unsigned count)
{
    for (unsigned bound = 0; bound < CHOICE_BOUNDS; bound++)
        entry->bounds[bound] = bound < count ? bounds[bound] : (uint16_t)CHOICE_LAST_BOUND;
}

static int start_flags(choice_models *models)
{
    static const uint16_t cases[2] = {23000, 31000};
    static const uint16_t line_ends[4] = {29000, 32000, 32400, 32600};
    static const uint16_t expected[1] = {4096};
    models->flag_entries = aligned_memory_take(sizeof *models->flag_entries, &models->allocation);
    if (models->flag_entries == NULL)
        return 0;
    for (unsigned rank = 0; rank < CHOICE_GAP_RANKS; rank++)
        start_entry(&models->flag_entries->cases[rank], cases, 2);
    start_entry(&models->flag_entries->line_ends, line_ends, 4);
    start_entry(&models->flag_entries->expected, expected, 1);
    return 1;
}

static void start_numbers(choice_models *models)
{
    uint16_t *token = &models->token_trusts[0][0][0];
    for (size_t i = 0; i < sizeof models->token_trusts / sizeof *token; i++)
        token[i] = FRESH_TRUST;
    uint16_t *flag = &models->flag_trusts[0][0];
    for (size_t i = 0; i < sizeof models->flag_trusts / sizeof *flag; i++)
        flag[i] = FRESH_TRUST;
}

uint64_t choice_models_memory(const choice_table_bits *bits)
{
    return choice_predictor_memory(bits->words) + choice_predictor_memory(bits->gaps) + choice_predictor_memory(bits->spelling) +
           choice_predictor_memory(bits->flags) + token_book_memory(BYTE_COUNT, BYTE_COUNT) +
           aligned_memory_size(sizeof(flag_entries));
}

int choice_models_start(choice_models *models, const choice_table_bits *bits)
{
    int started = choice_predictor_start(&models->words, bits->words);
    started &= choice_predictor_start(&models->gaps, bits->gaps);
    started &= choice_predictor_start(&models->spelling, bits->spelling);
    started &= choice_predictor_start(&models->flags, bits->flags);
    started = started && start_bytes(&models->bytes) && start_flags(models);
    start_numbers(models);
    return started;
}

void choice_models_free(choice_models *models)
{
    choice_predictor_free(&models->words);
    choice_predictor_free(&models->gaps);
    choice_predictor_free(&models->spelling);
    choice_predictor_free(&models->flags);
    token_book_free(&models->bytes);
    free(models->allocation);
}
