/*
 * spelling.h - tokens spelt byte by byte: the codebooks, and the words and gaps outside them. FORMAT.md, "Spelling".
 *
 * One model learns from all of them, so a word of the codebook helps to spell the unknown ones and an unknown word, once spelt, is
 * cheap to spell again.
 */
#ifndef QCZ_ENGINES_MIX_SPELLING_H
#define QCZ_ENGINES_MIX_SPELLING_H

#include "engines/mix/contexts.h"
#include "engines/mix/predict_bit.h"
#include "engines/mix/predict_choice.h"

enum { CLASS_GUESSES = 4096 };

/* A word ends with a byte no word has, a gap with one no gap has. */
static inline uint8_t end_of_token(enum spelling_kind kind)
{
    return kind == SPELL_GAP ? 'a' : 0;
}

static inline void no_hints(mix_coder *coder, bit_decision *decision)
{
    for (unsigned hint = 0; hint < PREDICTOR_MAX_HINTS; hint++)
        decision->hints[hint] = (bit_hint){.trust = &coder->idle_trust, .sign = 0};
}

static inline int codes_by_choices(const mix_coder *coder)
{
    return coder->level->coding != MIX_BITS;
}

/* ---- bytes, choice by choice ------------------------------------------------------------------------------------------------ */

/* Codes a byte, or the end of a token, which is the number 256, in the contexts that are set. */
static inline uint32_t code_byte_by_choices(mix_coder *coder, uint32_t byte)
{
    const token_book *bytes = &coder->choices.bytes;
    const expected_path none = {0};
    return code_path(coder, &coder->choices.spelling, &bytes->choices, bytes->paths[byte], none, CHOICE_FLAG_CONTEXTS);
}

static inline uint32_t code_spelling_by_choices(mix_coder *coder, enum spelling_kind kind, uint8_t *bytes, uint32_t size,
                                                uint32_t whole_size)
{
    choice_predictor *const predictor = &coder->choices.spelling;
    const uint32_t end = coder->choices.bytes.count;
    uint64_t prefix = kind == SPELL_GAP;
    for (uint32_t i = 0; i < size; i++)
        prefix = hash_more(prefix, bytes[i]);
    for (;; size++) {
        const uint64_t first = hash_more(kind == SPELL_GAP, size > 0 ? bytes[size - 1] : 0);
        const uint64_t second = hash_more(first, size > 1 ? bytes[size - 2] : 0);
        const uint64_t third = hash_more(second, size > 2 ? bytes[size - 3] : 0);
        const uint64_t keys[CHOICE_FLAG_CONTEXTS] = {first, second, third, prefix};
        for (unsigned context = 0; context < CHOICE_FLAG_CONTEXTS; context++)
            predictor->contexts[context] = hash_more(keys[context], 256 + context);
        const uint32_t byte = code_byte_by_choices(coder, coder->decoding || size == whole_size ? end : bytes[size]);
        if (byte == end)
            return size;
        if (size == ITEM_MAX_TOKEN_SIZE)
            return size + 1;
        bytes[size] = (uint8_t)byte;
        prefix = hash_more(prefix, byte);
    }
}

/* Returns 256 for the end of a token, which is no number. */
static inline uint32_t code_number_by_choices(mix_coder *coder, enum spelling_kind kind, const uint64_t contexts[4], uint8_t number)
{
    for (unsigned context = 0; context < CHOICE_FLAG_CONTEXTS; context++)
        coder->choices.spelling.contexts[context] = hash_more(hash_more(contexts[context], kind), 512 + context);
    return code_byte_by_choices(coder, number);
}

/* ---- bytes, bit by bit ------------------------------------------------------------------------------------------------------ */

/* Codes one byte as two groups of four decisions in the contexts that are set. `place` is 0 .. 31. */
static inline uint8_t code_byte(mix_coder *coder, enum spelling_kind kind, uint32_t place, uint8_t last, uint8_t byte)
{
    coder->decisions_left -= coder->decisions_left < 8 ? coder->decisions_left : 8;
    const bit_plan plan = {.contexts = SPELLING_CONTEXTS, .sets = 2, .hints = 0, .maps = 2};
    bit_predictor *const predictor = &coder->spelling_predictor;
    uint32_t node = 1;
    for (unsigned group = 0; group < 2; group++) {
        find_group(predictor, group == 0 ? 1 : 0x100 + node, SPELLING_CONTEXTS);
        bit_decision decision = {.node = 0};
        for (unsigned bit_number = 0; bit_number < 4; bit_number++) {
            decision.sets[0] = node;
            decision.sets[1] = (uint32_t)kind * 32 + place;
            decision.final_set = node;
            decision.maps[0] = (uint32_t)kind * 256 + node;
            decision.maps[1] = (uint32_t)(last & 31) * 256 + node;
            const unsigned bit = code_bit(coder, predictor, &decision, byte >> (7 - group * 4 - bit_number) & 1, plan);
            decision.node = 2 * decision.node + 1 + bit;
            node = 2 * node + bit;
        }
    }
    return (uint8_t)node;
}

static inline void set_spelling_contexts(mix_coder *coder, enum spelling_kind kind, const uint8_t *bytes, uint32_t size,
                                         uint64_t prefix, uint64_t word)
{
    const uint64_t first = hash_more(kind == SPELL_GAP, size > 0 ? bytes[size - 1] : 0);
    const uint64_t second = hash_more(first, size > 1 ? bytes[size - 2] : 0);
    const uint64_t third = hash_more(second, size > 2 ? bytes[size - 3] : 0);
    const uint64_t fourth = hash_more(third, size > 3 ? bytes[size - 4] : 0);
    const uint64_t fifth = hash_more(fourth, size > 4 ? bytes[size - 5] : 0);
    const uint64_t keys[SPELLING_CONTEXTS] = {second, third, prefix, first, fourth, kind, fifth, hash_more(prefix, word)};
    for (unsigned context = 0; context < SPELLING_CONTEXTS; context++)
        coder->spelling_predictor.contexts[context] = hash_more(keys[context], 256 + context);
}

/*
 * Codes the bytes of a token from `size` on, with its end; the first `size` are known. Returns its size, or more than
 * ITEM_MAX_TOKEN_SIZE if it does not end there.
 */
static inline uint32_t code_spelling(mix_coder *coder, enum spelling_kind kind, uint64_t word, uint8_t *bytes, uint32_t size,
                                     uint32_t whole_size)
{
    if (codes_by_choices(coder))
        return code_spelling_by_choices(coder, kind, bytes, size, whole_size);
    uint64_t prefix = kind == SPELL_GAP;
    for (uint32_t i = 0; i < size; i++)
        prefix = hash_more(prefix, bytes[i]);
    for (;; size++) {
        set_spelling_contexts(coder, kind, bytes, size, prefix, word);
        const uint8_t end = end_of_token(kind);
        const uint8_t byte = code_byte(coder, kind, size < 31 ? size : 31, size > 0 ? bytes[size - 1] : 0,
                                       coder->decoding || size == whole_size ? end : bytes[size]);
        if (byte == end)
            return size;
        if (size == ITEM_MAX_TOKEN_SIZE)
            return size + 1;
        bytes[size] = byte;
        prefix = hash_more(prefix, byte);
    }
}

/* ---- codebooks ---------------------------------------------------------------------------------------------------------- */

/* Codes a small number in four contexts. What is read can be greater than any. */
static inline uint32_t code_number(mix_coder *coder, enum spelling_kind kind, const uint64_t contexts[4], uint8_t number)
{
    if (codes_by_choices(coder))
        return code_number_by_choices(coder, kind, contexts, number);
    for (unsigned context = 0; context < SPELLING_CONTEXTS; context++)
        coder->spelling_predictor.contexts[context] = hash_more(hash_more(contexts[context & 3], kind), 512 + (context & 3));
    return code_byte(coder, kind, 0, 0, number);
}

static inline uint32_t kept_size(const uint8_t *bytes, uint32_t size, const uint8_t *previous, uint32_t previous_size)
{
    uint32_t kept = 0;
    while (kept < size && kept < previous_size && bytes[kept] == previous[kept])
        kept++;
    return kept;
}

/* The class of a frequent word; the guesses are the classes of the last words with the same last letters. */
static inline int code_class(mix_coder *coder, token_book *book, uint32_t entry, const uint8_t *bytes, uint32_t size,
                             uint8_t guesses[2][CLASS_GUESSES])
{
    if (book->levels[entry] < coder->header.class_level) {
        book->classes[entry] = WORD_CLASS_NONE;
        return 1;
    }
    const uint32_t two = size > 1 ? bytes[size - 2] : 0;
    const uint32_t last = size > 0 ? bytes[size - 1] : 0;
    uint8_t *const by_two = &guesses[0][(two * 31 + last) & (CLASS_GUESSES - 1)];
    uint8_t *const by_three = &guesses[1][hash_three(two, last, size > 2 ? bytes[size - 3] : 0) & (CLASS_GUESSES - 1)];
    const uint64_t contexts[4] = {*by_three, hash_more(*by_two, 300), hash_three(*by_two, *by_three, 300), 1000};
    const uint32_t class = code_number(coder, SPELL_CLASS, contexts, (uint8_t)(coder->decoding ? 0 : book->classes[entry]));
    book->classes[entry] = (uint16_t)class;
    *by_two = (uint8_t)class;
    *by_three = (uint8_t)class;
    return class < WORD_CLASS_COUNT;
}

/* Codes one entry after another, sorted: how many bytes are as in the entry before, the others, how common it is. */
static inline int code_book(mix_coder *coder, token_book *book, enum spelling_kind kind, uint32_t byte_count)
{
    uint8_t bytes[ITEM_MAX_TOKEN_SIZE + 1] = {0};
    uint32_t size = 0;
    uint32_t kept = 0;
    uint32_t level = 0;
    uint8_t guesses[2][CLASS_GUESSES] = {{0}};
    for (uint32_t entry = 0; entry < book->count; entry++) {
        const uint8_t *token = book->text + book->offsets[entry];
        const uint32_t token_size_known = coder->decoding ? 0 : token_size(book, entry);
        const uint8_t kept_now = (uint8_t)kept_size(token, token_size_known, bytes, size);
        const uint64_t kept_contexts[4] = {kept, size, hash_more(kept, size), 0};
        kept = code_number(coder, SPELL_KEPT, kept_contexts, kept_now);
        if (kept > size || coder->decisions_left == 0)
            return 0;
        if (!coder->decoding)
            memcpy(bytes + kept, token + kept, token_size_known - kept);
        size = code_spelling(coder, kind, 0, bytes, kept, token_size_known);
        if (size > ITEM_MAX_TOKEN_SIZE || book->offsets[entry] + size > byte_count)
            return 0;
        if (coder->decoding) {
            memcpy(book->text + book->offsets[entry], bytes, size);
            book->offsets[entry + 1] = book->offsets[entry] + size;
        }
        const uint32_t suffix = token_facts_of(bytes, size).suffix;
        const uint64_t level_contexts[4] = {hash_more(kind, size), hash_more(kind, level), suffix, hash_three(kind, kept, size)};
        level = code_number(coder, SPELL_LEVEL, level_contexts, book->levels[entry]);
        if (level >= WORD_LEVEL_COUNT)
            return 0;
        book->levels[entry] = (uint8_t)level;
        /* All gaps are of class 0: only their escape is apart in the tree. */
        if (kind == SPELL_WORD && !code_class(coder, book, entry, bytes, size, guesses))
            return 0;
    }
    const uint64_t escape_contexts[4] = {0, 0, 0, 0};
    level = code_number(coder, SPELL_LEVEL, escape_contexts, book->levels[book->count]);
    book->levels[book->count] = (uint8_t)level;
    return level < WORD_LEVEL_COUNT && book->offsets[book->count] == byte_count;
}

#endif
