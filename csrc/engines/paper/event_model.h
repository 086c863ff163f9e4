/*
 * event_model.h - the models of the events (paper, section 1.12): match flag, distance and length; the level of an event in the
 * context of the two levels before it; a move-to-front cache and index models per level. FORMAT.md, section "Events". Room
 * engines/paper: the published method, as an engine; it may use base, text, books, coding and the headers in engines.
 *
 * The published coder writes one stream. Here matches and levels are one and cache positions and indices another: which level comes
 * next does not depend on the entry before, so a decoder's processor works on both at once.
 */
#ifndef QCZ_ENGINES_PAPER_EVENT_MODEL_H
#define QCZ_ENGINES_PAPER_EVENT_MODEL_H

#include "coding/frequency_model.h"
#include "engines/paper/parse.h"

/* Sizes are those of the published system; they are part of the format. */
enum {
    CACHE_SIZE = 64, /* entries a level remembers */
    MIN_MATCH = 3,   /* events */
    MAX_MATCH = 255,
    DISTANCE_SIZES = 32,     /* bit lengths of a distance, less one */
    DISTANCE_BIT_MODELS = 8, /* for the lowest bits of a distance; the higher ones share the last */
    LEVEL_ESCAPE = 0,
    LEVEL_UNIGRAM = 1
};

/* The entries a level used last, most recent first. */
typedef struct recency_cache {
    uint16_t entries[CACHE_SIZE];
    uint32_t size;
} recency_cache;

typedef struct event_model {
    binary_model match_flag;
    frequency_model distance_bits; /* bit length of the distance, less one */
    binary_model distance_bit[DISTANCE_BIT_MODELS];
    frequency_model match_length; /* length less MIN_MATCH */
    frequency_model level[PAPER_LEVEL_COUNT][PAPER_LEVEL_COUNT]; /* [previous][the one before] */
    binary_model cache_miss[PAPER_LEVEL_COUNT];
    frequency_model cache_position[PAPER_LEVEL_COUNT];
    binary_model rare_unigram[PAPER_LEVEL_COUNT];                     /* [previous level] */
    frequency_model index[PAPER_LEVEL_COUNT][PAPER_LEVEL_COUNT];        /* [level][previous level] */
    frequency_model rare_index[PAPER_LEVEL_COUNT];                    /* [previous level] */
    recency_cache cache[PAPER_LEVEL_COUNT];
    uint32_t book_sizes[PAPER_BOOK_COUNT];
    uint32_t previous_level;
    uint32_t level_before;
    node_arena arena;
} event_model;

/* A match of earlier events, or with length 0 one event by itself. */
typedef struct event_match {
    uint32_t length;
    uint32_t distance;
} event_match;

typedef struct event {
    uint32_t level;
    uint32_t index; /* 0 for an escape */
} event;

size_t event_model_memory(const uint32_t book_sizes[PAPER_BOOK_COUNT]);
/* Errors: QCZ_ERROR_MEMORY; then there is nothing to free. */
qcz_status event_model_start(event_model *model, const uint32_t book_sizes[PAPER_BOOK_COUNT]);
void event_model_free(event_model *model);

void encode_match(arithmetic_encoder *levels, event_model *model, event_match match);
void encode_event(arithmetic_encoder *levels, arithmetic_encoder *entries, event_model *model, event literal);

/* Returns a match; its length is 0 where a literal event follows. */
event_match decode_match(arithmetic_decoder *levels, event_model *model);

/* Errors: QCZ_ERROR_CORRUPT if the streams name an empty book or an unfilled cache entry. */
qcz_status decode_event(arithmetic_decoder *levels, arithmetic_decoder *entries, event_model *model, event *literal);

/* Every event repeated by a match updates cache and history as if it had been written. */
void event_model_replay(event_model *model, event repeated);

#endif
