/*
 * fast_block.h - what encoder and decoder of fast blocks share: the header, the models, and how words fall into bins.
 * FORMAT.md, section "Fast block".
 */
#ifndef QCZ_FAST_BLOCK_H
#define QCZ_FAST_BLOCK_H

#include "items.h"
#include "static_model.h"
#include "word_tree.h"

/* Models by number. The states of rANS they use are their numbers modulo RANS_STATES. */
typedef enum fast_model {
    FAST_EVENTS,     /* a bin of words, a word outside the codebook, the length of a match */
    FAST_GAPS,
    FAST_CASES,
    FAST_DISTANCES,
    FAST_LETTERS,    /* spelling: bytes and the end */
    FAST_KEPT,       /* the codebook: bytes as in the word before */
    FAST_TIERS,      /* how common a word is */
    FAST_TENDENCIES, /* which case a word has */
    FAST_CLASSES,
    FAST_MODELS
} fast_model;

enum {
    FAST_FIRST_LEVEL = 1,
    FAST_LAST_LEVEL = 3,
    FAST_WORD_LIMIT = 1 << 16,
    FAST_GAP_LIMIT = 4096,
    FAST_RING_BITS = 20,             /* log2 of the items a match can reach back */
    FAST_SHORTEST_MATCH = 2,
    FAST_LENGTH_SYMBOLS = 15,        /* 2 .. 9, then 10, 12, 16, 24, 40, 72 and 136 with 1 .. 7 bits more */
    FAST_LONGEST_MATCH = 263,
    FAST_REPEATS = 3,                /* distances of the last matches */
    FAST_DISTANCE_SYMBOLS = FAST_REPEATS + 2 * FAST_RING_BITS,
    FAST_TIER_COUNT = 40,
    FAST_CLASS_TIER = 9,             /* from this tier on words can have a class: 16 occurrences */
    FAST_MOST_BINS = STATIC_MAX_SYMBOLS - 1 - FAST_LENGTH_SYMBOLS,
    FAST_DIRECT_GAPS = 60,           /* the commonest have a symbol each; the others one by the width of their number */
    FAST_GAP_SYMBOLS = FAST_DIRECT_GAPS + 13,
    FAST_GAP_ESCAPE = FAST_GAP_SYMBOLS - 1,
    FAST_EVENT_CONTEXTS = 35,
    FAST_GAP_CONTEXTS = 4 * 10 * 10,
    FAST_END_OF_TOKEN = 256,
    FAST_LETTER_CONTEXTS = 5 * 40,
    FAST_KEPT_CONTEXTS = 16
};

/* Which case a word has: always the same, or how often title or upper. */
enum fast_tendency {
    TENDENCY_AS_IS,
    TENDENCY_MOSTLY_AS_IS,
    TENDENCY_OFTEN_AS_IS,
    TENDENCY_OFTEN_OTHER,
    TENDENCY_MOSTLY_OTHER,
    TENDENCY_TITLE,
    TENDENCY_UPPER,
    TENDENCY_UNKNOWN,  /* of words outside the codebook */
    TENDENCY_COUNT
};

typedef struct fast_header {
    uint32_t level;
    uint32_t item_count;
    uint32_t event_count;
    uint32_t word_count;
    uint32_t word_bytes;
    uint32_t gap_count;
    uint32_t gap_bytes;
    uint32_t bits_size;   /* bytes of tables and numbers; the symbols follow */
} fast_header;

int fast_header_write(const fast_header *header, qcz_buffer *payload);
qcz_status fast_header_read(const uint8_t *payload, size_t size, size_t raw_size, fast_header *header, size_t *header_size,
                            qcz_error *error);

/* `event_symbols` is bins and more; the shape of the events depends on it. */
static_shape fast_shape(fast_model model, uint32_t event_symbols);

/* ---- words ----------------------------------------------------------------------------------------------------------- */

/* How common: 0 .. 7 as they are, then an octave each. */
static inline uint32_t fast_tier(uint32_t count)
{
    return count < 8 ? count : 4 + bit_width_of(count);
}

/* Words of one class and tier, which cost the same. */
typedef struct word_bin {
    uint32_t first;    /* of its words, in order of bins */
    uint32_t count;
} word_bin;

typedef struct word_bins {
    uint32_t count;
    word_bin bins[FAST_MOST_BINS];
    uint32_t *order;   /* words in order of bins: their numbers in the codebook */
    uint32_t *bin_of;  /* per word of the codebook */
    uint32_t *place_of; /* and its place in `order` */
} word_bins;

/* Returns 0 if there is no memory, or with `count` above FAST_MOST_BINS if there are too many. */
int word_bins_find(word_bins *bins, const uint8_t *tiers, const uint16_t *classes, uint32_t word_count);
void word_bins_free(word_bins *bins);

/* ---- contexts --------------------------------------------------------------------------------------------------------- */

enum { EVENT_CLASS_SHIFT = 2, GAP_CLASS_SHIFT = 4 };
enum { EVENT_AFTER_RARE = WORD_CLASS_COUNT >> EVENT_CLASS_SHIFT, EVENT_AFTER_UNKNOWN, EVENT_AT_START };
enum { GAP_BY_RARE = WORD_CLASS_COUNT >> GAP_CLASS_SHIFT, GAP_BY_UNKNOWN };

static inline uint8_t event_context_of(uint32_t class)
{
    return (uint8_t)(class < WORD_CLASS_COUNT ? class >> EVENT_CLASS_SHIFT : EVENT_AFTER_RARE);
}

static inline uint8_t gap_class_of(uint32_t class)
{
    return (uint8_t)(class < WORD_CLASS_COUNT ? class >> GAP_CLASS_SHIFT : GAP_BY_RARE);
}

static inline uint8_t gap_rank_of(uint32_t gap)
{
    return (uint8_t)(gap < 7 ? gap : 7);
}

static inline uint32_t gap_context(uint32_t rank_before, uint32_t class_before, uint32_t class)
{
    return ((rank_before < 3 ? rank_before : 3) * 10 + class_before) * 10 + class;
}

static inline uint32_t case_context(uint32_t tendency, uint32_t gap_rank)
{
    return tendency * 8 + gap_rank;
}

static inline int case_varies(uint32_t tendency)
{
    return tendency != TENDENCY_AS_IS && tendency != TENDENCY_TITLE && tendency != TENDENCY_UPPER;
}

/* 0 where nothing is before, 1 for a vowel, 2 for another letter, 3 for the rest. */
static inline uint32_t letter_kind(uint32_t letter)
{
    if (letter >= 'a' && letter <= 'z')
        return letter == 'a' || letter == 'e' || letter == 'i' || letter == 'o' || letter == 'u' ? 1 : 2;
    return letter == 0 ? 0 : 3;
}

/* Of the letter number `place` of a token: by the one before, and in words by the kind of the one before that. */
static inline uint32_t letter_context(uint32_t is_gap, const uint8_t *bytes, uint32_t place)
{
    const uint32_t last = place > 0 ? bytes[place - 1] : 0;
    const uint32_t kind = place == 0                   ? 0
                          : last >= 'a' && last <= 'z' ? last - 'a' + 1
                          : last >= '0' && last <= '9' ? 27
                          : last >= 0xC0               ? 28 + (last & 7)
                          : last >= 0x80               ? 36 + (last >> 4 & 1)
                          : last < 0x30                ? 38
                                                       : 39;
    return is_gap ? 160 + kind : letter_kind(place > 1 ? bytes[place - 2] : 0) * 40 + kind;
}

/* The symbol of a gap of the codebook, and the bits that follow it. */
static inline uint32_t gap_symbol(uint32_t gap, unsigned *width, uint32_t *extra)
{
    *width = 0;
    *extra = 0;
    if (gap < FAST_DIRECT_GAPS)
        return gap;
    const uint32_t number = gap - FAST_DIRECT_GAPS + 1;
    *width = bit_width_of(number) - 1;
    *extra = number - ((uint32_t)1 << *width);
    return FAST_DIRECT_GAPS + *width;
}

#endif
