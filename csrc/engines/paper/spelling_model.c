/*
 * spelling_model.c - spells the words of a block: those of the codebook and those outside it.
 *
 * Both lists are sorted, so that what a word shares with the one before it costs one number. The letters after that are coded bit
 * by bit, each byte a path of eight decisions, in the context of the two bytes before. The published system gives both lists to
 * LZMA, each by itself; here one model serves all lists of a block, so that the words outside the codebook profit from what the
 * codebook taught.
 *
 * Contexts are hashed into lines of 16 slots, one line for each half of a byte: a decoder waits for memory twice a letter and not
 * eight times. Contexts that fall on one line share it, and nothing checks for that: 2^15 lines are many for the words of a block.
 */
#include "engines/paper/spelling_model.h"

#include <stdlib.h>
#include <string.h>

/* Part of the format. */
enum {
    LINE_BITS = 15,  /* a table of 1 MB, about what a second-level cache holds */
    LINE_SLOTS = 16, /* the 15 decisions of half a byte, and one more */
    END_SLOT = 0,    /* that one: whether the word ends */
    COUNT_BITS = 4,  /* of a slot's 16; the others are its probability */
    COUNT_LIMIT = 15,
    EVEN = 2048 /* the probability of a half */
};

size_t spelling_model_memory(void)
{
    return sizeof(uint16_t) * LINE_SLOTS << LINE_BITS;
}

qcz_status spelling_model_start(spelling_model *model)
{
    *model = (spelling_model){.slots = malloc(spelling_model_memory())};
    if (model->slots == NULL || node_arena_allocate(&model->arena, LENGTH_MODEL_NODES) != QCZ_OK) {
        free(model->slots);
        return QCZ_ERROR_MEMORY;
    }
    for (size_t i = 0; i < (size_t)LINE_SLOTS << LINE_BITS; i++)
        model->slots[i] = EVEN << COUNT_BITS;
    length_model_start(&model->kept, &model->arena);
    return QCZ_OK;
}

void spelling_model_free(spelling_model *model)
{
    free(model->slots);
    node_arena_free(&model->arena);
}

/* ---- one binary decision --------------------------------------------------------------------------------------------- */

/* 65536 / (count + 1.5): a slot's first uses move it far, later ones little. */
static const uint16_t adaptation_rates[COUNT_LIMIT + 1] = {
    43691, 26214, 18725, 14564, 11916, 10082, 8738, 7710, 6899, 6242, 5699, 5243, 4855, 4520, 4228, 3972,
};

static void adapt_slot(uint16_t *slot, uint32_t bit)
{
    const uint32_t count = *slot & COUNT_LIMIT;
    int32_t probability = *slot >> COUNT_BITS;
    const int32_t distance = (bit ? 4095 : 1) - probability;
    const int32_t step = (int32_t)(((uint32_t)(distance < 0 ? -distance : distance) * adaptation_rates[count]) >> 16);
    probability += distance < 0 ? -step : step;
    *slot = (uint16_t)(probability << COUNT_BITS | (int32_t)(count < COUNT_LIMIT ? count + 1 : count));
}

/* The part of the interval that stands for a one. */
static uint64_t one_interval(uint64_t range, uint16_t slot)
{
    return (range >> 12) * (slot >> COUNT_BITS);
}

static void encode_decision(arithmetic_encoder *encoder, uint16_t *slot, uint32_t bit)
{
    const uint64_t ones = one_interval(encoder->range, *slot);
    arithmetic_encoder_narrow(encoder, bit ? 0 : ones, bit ? ones : encoder->range - ones);
    adapt_slot(slot, bit);
}

static uint32_t decode_decision(arithmetic_decoder *decoder, uint16_t *slot)
{
    const uint64_t ones = one_interval(decoder->range, *slot);
    const uint32_t bit = decoder->code < ones;
    arithmetic_decoder_narrow(decoder, bit ? 0 : ones, bit ? ones : decoder->range - ones);
    adapt_slot(slot, bit);
    return bit;
}

/* ---- bytes in context ------------------------------------------------------------------------------------------------ */

/* A context is 17 bits: two bytes, and whether they are the two before (0) or the one before and the one to exceed (1). */
static uint32_t hash_context(uint32_t first, uint32_t second, uint32_t kind)
{
    return ((first << 8 | second) << 1 | kind) * 0x9E3779B1u;
}

/*
 * The slots of one half of a byte, which share a cache line: [1 .. 15] are the nodes of its four decisions, and in the first half
 * (`path` 0) slot 0 is whether the word ends here. `path` of the second half is 16 and the first half's bits.
 */
static uint16_t *find_line(const spelling_model *model, uint32_t context, uint32_t path)
{
    const uint32_t hash = (context + path) * 0x85EBCA6Bu;
    return &model->slots[(size_t)(hash >> (32 - LINE_BITS)) * LINE_SLOTS];
}

static uint32_t second_path(uint32_t first_half)
{
    return LINE_SLOTS + first_half;
}

static void encode_half(arithmetic_encoder *encoder, uint16_t *line, uint32_t half)
{
    uint32_t node = 1;
    for (unsigned shift = 4; shift-- > 0;) {
        const uint32_t bit = half >> shift & 1u;
        encode_decision(encoder, &line[node], bit);
        node = node << 1 | bit;
    }
}

static uint32_t decode_half(arithmetic_decoder *decoder, uint16_t *line)
{
    uint32_t node = 1;
    while (node < LINE_SLOTS)
        node = node << 1 | decode_decision(decoder, &line[node]);
    return node - LINE_SLOTS;
}

static void encode_byte(arithmetic_encoder *encoder, spelling_model *model, uint32_t context, uint8_t byte)
{
    const uint32_t first_half = byte >> 4;
    encode_half(encoder, find_line(model, context, 0), first_half);
    encode_half(encoder, find_line(model, context, second_path(first_half)), byte & 15u);
}

static uint8_t decode_byte(arithmetic_decoder *decoder, spelling_model *model, uint32_t context)
{
    const uint32_t first_half = decode_half(decoder, find_line(model, context, 0));
    const uint32_t second_half = decode_half(decoder, find_line(model, context, second_path(first_half)));
    return (uint8_t)(first_half << 4 | second_half);
}

/* The byte before `position`, or 0. */
static uint32_t byte_before(const uint8_t *bytes, size_t position)
{
    return position > 0 ? bytes[position - 1] : 0;
}

/* The first byte after the kept ones exceeds the byte that stood there, so that byte is the better context. */
static uint32_t first_context(word_view previous, uint32_t kept)
{
    return hash_context(byte_before(previous.bytes, kept), kept < previous.size ? previous.bytes[kept] : 0, 1);
}

static uint32_t later_context(const uint8_t *bytes, size_t position)
{
    return hash_context(byte_before(bytes, position), byte_before(bytes, position - 1), 0);
}

/* ---- words ----------------------------------------------------------------------------------------------------------- */

static uint32_t common_prefix(word_view left, word_view right)
{
    const uint32_t limit = left.size < right.size ? left.size : right.size;
    uint32_t size = 0;
    while (size < limit && left.bytes[size] == right.bytes[size])
        size++;
    return size;
}

void encode_spelling(arithmetic_encoder *encoder, spelling_model *model, word_view previous, word_view word)
{
    const uint32_t kept = common_prefix(previous, word);
    encode_length(encoder, &model->kept, kept);
    encode_byte(encoder, model, first_context(previous, kept), word.bytes[kept]);
    for (uint32_t i = kept + 1; i <= word.size; i++) {
        const uint32_t context = later_context(word.bytes, i);
        encode_decision(encoder, &find_line(model, context, 0)[END_SLOT], i == word.size);
        if (i < word.size)
            encode_byte(encoder, model, context, word.bytes[i]);
    }
}

qcz_status decode_spelling(arithmetic_decoder *decoder, spelling_model *model, word_view previous, uint8_t *output, size_t capacity,
                           uint32_t *size)
{
    const uint32_t kept = decode_length(decoder, &model->kept);
    if (kept > previous.size || kept >= capacity)
        return QCZ_ERROR_CORRUPT;
    if (kept > 0)
        memcpy(output, previous.bytes, kept);
    output[kept] = decode_byte(decoder, model, first_context(previous, kept));
    for (uint32_t i = kept + 1;; i++) {
        const uint32_t context = later_context(output, i);
        if (decode_decision(decoder, &find_line(model, context, 0)[END_SLOT])) {
            *size = i;
            return QCZ_OK;
        }
        if (i >= capacity || arithmetic_decoder_overran(decoder))
            return QCZ_ERROR_CORRUPT;
        output[i] = decode_byte(decoder, model, context);
    }
}
