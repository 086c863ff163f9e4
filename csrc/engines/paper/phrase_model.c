/*
 * phrase_model.c - codes the books of phrases, which are sorted lists of unigram indices.
 *
 * The published system writes two bytes an index and lets LZMA find the repeats. There is more to find: the books are full of
 * windows of the same passage, since a passage of 144 words that occurs twice gives 132 phrases of 13 words. Sorted, such windows
 * lie apart, but each word in them follows the same two words as in the others. So a word is predicted from the two before it, or
 * the one before it, as last seen in any phrase of any book; only a word that neither predicts is sent as an index. What a phrase
 * shares with the one before it in the list is not sent at all.
 */
#include "engines/paper/phrase_model.h"

#include <stdlib.h>
#include <string.h>

/* Part of the format. */
enum {
    HASH_BITS = 16, /* of the table by two words, which takes 128 kB */
    /* The alphabets are large for so short a stream, so one use outweighs the initial counts of 1. */
    INDEX_INCREMENT = 32,
    PREDICTION_INCREMENT = 8,
    LONGEST_PHRASE = 144 /* words */
};

static size_t node_count(uint32_t unigram_count)
{
    size_t count = frequency_model_node_count(unigram_count) + LENGTH_MODEL_NODES;
    for (unsigned book = 1; book < PAPER_BOOK_COUNT; book++)
        count += frequency_model_node_count(paper_book_words[book]) + 2;
    return count;
}

static size_t table_size(uint32_t unigram_count)
{
    return (((size_t)1 << HASH_BITS) + unigram_count) * sizeof(uint16_t);
}

size_t phrase_model_memory(uint32_t unigram_count)
{
    return table_size(unigram_count) + node_count(unigram_count) * sizeof(frequency_node);
}

qcz_status phrase_model_start(phrase_model *model, uint32_t unigram_count)
{
    *model = (phrase_model){.unigram_count = unigram_count, .after_two = calloc(1, table_size(unigram_count))};
    if (model->after_two == NULL || node_arena_allocate(&model->arena, node_count(unigram_count)) != QCZ_OK) {
        free(model->after_two);
        return QCZ_ERROR_MEMORY;
    }
    model->after_one = model->after_two + ((size_t)1 << HASH_BITS);
    frequency_model_start(&model->index, unigram_count, &model->arena);
    length_model_start(&model->step, &model->arena);
    for (unsigned book = 1; book < PAPER_BOOK_COUNT; book++) {
        frequency_model_start(&model->kept[book], paper_book_words[book], &model->arena);
        for (unsigned first = 0; first < 2; first++)
            frequency_model_start(&model->prediction[book][first], PREDICTION_COUNT, &model->arena);
    }
    return QCZ_OK;
}

void phrase_model_free(phrase_model *model)
{
    free(model->after_two);
    node_arena_free(&model->arena);
}

/* ---- prediction ------------------------------------------------------------------------------------------------------ */

static uint16_t *slot_after_two(const phrase_model *model, uint16_t first, uint16_t second)
{
    const uint32_t hash = ((uint32_t)first << 16 | second) * 0x9E3779B1u;
    return &model->after_two[hash >> (32 - HASH_BITS)];
}

/* Successors of the words before `position` of `phrase`; both slots are the same where there is one word only. */
typedef struct successor_slots {
    uint16_t *after_two;
    uint16_t *after_one;
} successor_slots;

static successor_slots find_successors(const phrase_model *model, const uint16_t *phrase, uint32_t position)
{
    uint16_t *after_one = &model->after_one[phrase[position - 1]];
    return (successor_slots){
        .after_two = position > 1 ? slot_after_two(model, phrase[position - 2], phrase[position - 1]) : after_one,
        .after_one = after_one,
    };
}

static void learn_successor(successor_slots slots, uint16_t word)
{
    *slots.after_two = word;
    *slots.after_one = word;
}

/* ---- coding ---------------------------------------------------------------------------------------------------------- */

static void encode_next_word(arithmetic_encoder *encoder, phrase_model *model, frequency_model *prediction, const uint16_t *phrase,
                             uint32_t position)
{
    const successor_slots slots = find_successors(model, phrase, position);
    const uint16_t word = phrase[position];
    uint32_t outcome = NOT_PREDICTED;
    if (word == *slots.after_two)
        outcome = PREDICTED_BY_TWO;
    else if (word == *slots.after_one)
        outcome = PREDICTED_BY_ONE;
    encode_symbol_only(encoder, prediction, outcome);
    frequency_model_raise(prediction, outcome, PREDICTION_INCREMENT);
    if (outcome == NOT_PREDICTED) {
        encode_symbol_only(encoder, &model->index, word);
        frequency_model_raise(&model->index, word, INDEX_INCREMENT);
    }
    learn_successor(slots, word);
}

static void decode_next_word(arithmetic_decoder *decoder, phrase_model *model, frequency_model *prediction, uint16_t *phrase,
                             uint32_t position)
{
    const successor_slots slots = find_successors(model, phrase, position);
    const uint32_t outcome = decode_symbol_only(decoder, prediction);
    frequency_model_raise(prediction, outcome, PREDICTION_INCREMENT);
    uint16_t word = outcome == PREDICTED_BY_TWO ? *slots.after_two : *slots.after_one;
    if (outcome == NOT_PREDICTED) {
        word = (uint16_t)decode_symbol_only(decoder, &model->index);
        frequency_model_raise(&model->index, word, INDEX_INCREMENT);
    }
    phrase[position] = word;
    learn_successor(slots, word);
}

static uint32_t count_kept(const uint16_t *previous, const uint16_t *phrase, uint32_t words)
{
    uint32_t kept = 0;
    while (kept + 1 < words && previous[kept] == phrase[kept])
        kept++;
    return kept;
}

void encode_phrases(arithmetic_encoder *encoder, phrase_model *model, uint32_t book, const uint16_t *phrases, uint32_t count,
                    const cost_meter *meter)
{
    const uint32_t words = paper_book_words[book];
    uint16_t before_first[LONGEST_PHRASE] = {0};
    const uint16_t *previous = before_first;
    for (uint32_t i = 0; i < count; i++, phrases += words) {
        const uint64_t before = cost_so_far(meter, encoder);
        const uint32_t kept = count_kept(previous, phrases, words);
        encode_symbol(encoder, &model->kept[book], kept);
        if (kept == 0)
            encode_length(encoder, &model->step, (uint32_t)(phrases[0] - previous[0]));
        const uint32_t first = kept > 0 ? kept : 1;
        for (uint32_t position = first; position < words; position++)
            encode_next_word(encoder, model, &model->prediction[book][position == kept], phrases, position);
        tell_cost(meter, encoder, before, "codebook phrase");
        previous = phrases;
    }
}

qcz_status decode_phrases(arithmetic_decoder *decoder, phrase_model *model, uint32_t book, uint16_t *phrases, uint32_t count)
{
    const uint32_t words = paper_book_words[book];
    uint16_t before_first[LONGEST_PHRASE] = {0};
    const uint16_t *previous = before_first;
    for (uint32_t i = 0; i < count; i++, phrases += words) {
        const uint32_t kept = decode_symbol(decoder, &model->kept[book]);
        memcpy(phrases, previous, kept * sizeof *phrases);
        if (kept == 0) {
            const uint32_t step = decode_length(decoder, &model->step);
            if (step >= model->unigram_count - previous[0])
                return QCZ_ERROR_CORRUPT;
            phrases[0] = (uint16_t)(previous[0] + step);
        }
        if (arithmetic_decoder_overran(decoder))
            return QCZ_ERROR_CORRUPT;
        const uint32_t first = kept > 0 ? kept : 1;
        for (uint32_t position = first; position < words; position++)
            decode_next_word(decoder, model, &model->prediction[book][position == kept], phrases, position);
        previous = phrases;
    }
    return QCZ_OK;
}
