/*
 * event_model.c - what events are coded with: which level, which entry, or which earlier events again.
 *
 * The models are those published: the level in the context of two levels, a cache of the entries last used by a level, and past the
 * cache the index in the context of the level before. An index never sees the word before it, so this is a model of order 0, whose
 * context is in the phrases themselves. Unigrams past the first 4,096 have models apart, since one alphabet of 65,536 would take
 * longer to search and to learn.
 *
 * Two things differ. There are two streams (event_model.h says why), and the frequencies lie in trees of vectors instead of Fenwick
 * trees (frequency_model.h). Intervals are as published. The cache, searched at every event, compares all its 64 entries in vectors
 * rather than stop at the first that fits, where a processor would guess wrong.
 */
#include "engines/paper/event_model.h"

#include "base/bits.h"

#include <string.h>

/* ---- memory ---------------------------------------------------------------------------------------------------------- */

static uint32_t common_count(uint32_t unigram_count)
{
    return unigram_count < PAPER_COMMON_UNIGRAMS ? unigram_count : PAPER_COMMON_UNIGRAMS;
}

/* The alphabet of a level's index model; that of rare unigrams is apart. */
static uint32_t index_count(const uint32_t book_sizes[PAPER_BOOK_COUNT], uint32_t level)
{
    const uint32_t size = book_sizes[level - 1];
    return level == LEVEL_UNIGRAM ? common_count(size) : size;
}

static uint32_t rare_count(const uint32_t book_sizes[PAPER_BOOK_COUNT])
{
    return book_sizes[0] - common_count(book_sizes[0]);
}

/* Nodes of a model that is not there when its alphabet is empty. */
static size_t nodes_of(uint32_t symbol_count)
{
    return symbol_count > 0 ? frequency_model_node_count(symbol_count) : 0;
}

static size_t node_count(const uint32_t book_sizes[PAPER_BOOK_COUNT])
{
    size_t count = nodes_of(DISTANCE_SIZES) + nodes_of(MAX_MATCH - MIN_MATCH + 1);
    count += PAPER_LEVEL_COUNT * PAPER_LEVEL_COUNT * nodes_of(PAPER_LEVEL_COUNT) + PAPER_LEVEL_COUNT * nodes_of(CACHE_SIZE);
    count += PAPER_LEVEL_COUNT * nodes_of(rare_count(book_sizes));
    for (uint32_t level = 1; level < PAPER_LEVEL_COUNT; level++)
        count += PAPER_LEVEL_COUNT * nodes_of(index_count(book_sizes, level));
    return count;
}

size_t event_model_memory(const uint32_t book_sizes[PAPER_BOOK_COUNT])
{
    return node_count(book_sizes) * sizeof(frequency_node) + sizeof(event_model);
}

static void start_if_any(frequency_model *model, uint32_t symbol_count, node_arena *arena)
{
    if (symbol_count > 0)
        frequency_model_start(model, symbol_count, arena);
}

qcz_status event_model_start(event_model *model, const uint32_t book_sizes[PAPER_BOOK_COUNT])
{
    *model = (event_model){.previous_level = LEVEL_UNIGRAM, .level_before = LEVEL_UNIGRAM};
    if (node_arena_allocate(&model->arena, node_count(book_sizes)) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    memcpy(model->book_sizes, book_sizes, sizeof model->book_sizes);
    binary_model_start(&model->match_flag);
    frequency_model_start(&model->distance_bits, DISTANCE_SIZES, &model->arena);
    frequency_model_start(&model->match_length, MAX_MATCH - MIN_MATCH + 1, &model->arena);
    for (unsigned i = 0; i < DISTANCE_BIT_MODELS; i++)
        binary_model_start(&model->distance_bit[i]);
    for (uint32_t level = 0; level < PAPER_LEVEL_COUNT; level++) {
        binary_model_start(&model->cache_miss[level]);
        binary_model_start(&model->rare_unigram[level]);
        frequency_model_start(&model->cache_position[level], CACHE_SIZE, &model->arena);
        start_if_any(&model->rare_index[level], rare_count(book_sizes), &model->arena);
        for (uint32_t other = 0; other < PAPER_LEVEL_COUNT; other++) {
            frequency_model_start(&model->level[level][other], PAPER_LEVEL_COUNT, &model->arena);
            if (level > 0)
                start_if_any(&model->index[level][other], index_count(book_sizes, level), &model->arena);
        }
    }
    return QCZ_OK;
}

void event_model_free(event_model *model)
{
    node_arena_free(&model->arena);
}

/* ---- cache and history ----------------------------------------------------------------------------------------------- */

/* The position of `entry`, or CACHE_SIZE. Compares all entries, which vectorises; what lies past the size may repeat others. */
static uint32_t cache_find(const recency_cache *cache, uint16_t entry)
{
    int16_t found = CACHE_SIZE;
    for (int16_t i = 0; i < CACHE_SIZE; i++) {
        const int16_t candidate = cache->entries[i] == entry ? i : CACHE_SIZE;
        found = candidate < found ? candidate : found;
    }
    return (uint32_t)found < cache->size ? (uint32_t)found : CACHE_SIZE;
}

static void cache_move_to_front(recency_cache *cache, uint32_t position, uint16_t entry)
{
    memmove(cache->entries + 1, cache->entries, position * sizeof *cache->entries);
    cache->entries[0] = entry;
}

/* Moves all entries, whatever the size: a constant number of bytes moves in registers. */
static void cache_insert(recency_cache *cache, uint16_t entry)
{
    uint16_t kept[CACHE_SIZE - 1];
    memcpy(kept, cache->entries, sizeof kept);
    memcpy(cache->entries + 1, kept, sizeof kept);
    cache->entries[0] = entry;
    cache->size += cache->size < CACHE_SIZE;
}

static void remember_level(event_model *model, uint32_t level)
{
    model->level_before = model->previous_level;
    model->previous_level = level;
}

void event_model_replay(event_model *model, event repeated)
{
    if (repeated.level != LEVEL_ESCAPE) {
        recency_cache *cache = &model->cache[repeated.level];
        const uint16_t entry = (uint16_t)repeated.index;
        if (cache->size > 0 && cache->entries[0] == entry) {
            remember_level(model, repeated.level);
            return;
        }
        const uint32_t position = cache_find(cache, entry);
        if (position < CACHE_SIZE)
            cache_move_to_front(cache, position, entry);
        else
            cache_insert(cache, entry);
    }
    remember_level(model, repeated.level);
}

/* ---- indices --------------------------------------------------------------------------------------------------------- */

static int is_two_tier(const event_model *model, uint32_t level)
{
    return level == LEVEL_UNIGRAM && model->book_sizes[0] > PAPER_COMMON_UNIGRAMS;
}

static void encode_index(arithmetic_encoder *encoder, event_model *model, event literal)
{
    const uint32_t previous = model->previous_level;
    frequency_model *common = &model->index[literal.level][previous];
    if (!is_two_tier(model, literal.level)) {
        encode_symbol(encoder, common, literal.index);
        return;
    }
    const uint32_t is_rare = literal.index >= PAPER_COMMON_UNIGRAMS;
    encode_binary(encoder, &model->rare_unigram[previous], is_rare);
    if (is_rare)
        encode_symbol(encoder, &model->rare_index[previous], literal.index - PAPER_COMMON_UNIGRAMS);
    else
        encode_symbol(encoder, common, literal.index);
}

static uint32_t decode_index(arithmetic_decoder *decoder, event_model *model, uint32_t level)
{
    const uint32_t previous = model->previous_level;
    if (is_two_tier(model, level) && decode_binary(decoder, &model->rare_unigram[previous]))
        return PAPER_COMMON_UNIGRAMS + decode_symbol(decoder, &model->rare_index[previous]);
    return decode_symbol(decoder, &model->index[level][previous]);
}

/* ---- events ---------------------------------------------------------------------------------------------------------- */

static frequency_model *current_level_model(event_model *model)
{
    return &model->level[model->previous_level][model->level_before];
}

void encode_event(arithmetic_encoder *levels, arithmetic_encoder *entries, event_model *model, event literal)
{
    encode_binary(levels, &model->match_flag, 0);
    encode_symbol(levels, current_level_model(model), literal.level);
    if (literal.level != LEVEL_ESCAPE) {
        recency_cache *cache = &model->cache[literal.level];
        const uint16_t entry = (uint16_t)literal.index;
        const uint32_t position = cache_find(cache, entry);
        encode_binary(entries, &model->cache_miss[literal.level], position == CACHE_SIZE);
        if (position < CACHE_SIZE) {
            encode_symbol(entries, &model->cache_position[literal.level], position);
            cache_move_to_front(cache, position, entry);
        } else {
            encode_index(entries, model, literal);
            cache_insert(cache, entry);
        }
    }
    remember_level(model, literal.level);
}

qcz_status decode_event(arithmetic_decoder *levels, arithmetic_decoder *entries, event_model *model, event *literal)
{
    *literal = (event){.level = decode_symbol(levels, current_level_model(model)), .index = 0};
    if (literal->level != LEVEL_ESCAPE) {
        recency_cache *cache = &model->cache[literal->level];
        if (model->book_sizes[literal->level - 1] == 0)
            return QCZ_ERROR_CORRUPT;
        if (decode_binary(entries, &model->cache_miss[literal->level])) {
            literal->index = decode_index(entries, model, literal->level);
            cache_insert(cache, (uint16_t)literal->index);
        } else {
            const uint32_t position = decode_symbol(entries, &model->cache_position[literal->level]);
            if (position >= cache->size)
                return QCZ_ERROR_CORRUPT;
            literal->index = cache->entries[position];
            cache_move_to_front(cache, position, (uint16_t)literal->index);
        }
    }
    remember_level(model, literal->level);
    return QCZ_OK;
}

/* ---- matches --------------------------------------------------------------------------------------------------------- */

static binary_model *distance_bit_model(event_model *model, uint32_t bit)
{
    return &model->distance_bit[bit < DISTANCE_BIT_MODELS ? bit : DISTANCE_BIT_MODELS - 1];
}

void encode_match(arithmetic_encoder *levels, event_model *model, event_match match)
{
    const uint32_t top_bit = bit_width_of(match.distance) - 1;
    encode_binary(levels, &model->match_flag, 1);
    encode_symbol(levels, &model->distance_bits, top_bit);
    for (uint32_t bit = top_bit; bit-- > 0;)
        encode_binary(levels, distance_bit_model(model, bit), match.distance >> bit & 1);
    encode_symbol(levels, &model->match_length, match.length - MIN_MATCH);
}

event_match decode_match(arithmetic_decoder *levels, event_model *model)
{
    if (!decode_binary(levels, &model->match_flag))
        return (event_match){0};
    uint32_t distance = 1;
    for (uint32_t bit = decode_symbol(levels, &model->distance_bits); bit-- > 0;)
        distance = distance << 1 | decode_binary(levels, distance_bit_model(model, bit));
    return (event_match){.length = MIN_MATCH + decode_symbol(levels, &model->match_length), .distance = distance};
}
