/*
 * block.h - what encoder and decoder of fast blocks share: the header, the models, and how words fall into bins.
 * FORMAT.md, section "Fast block".
 */
#ifndef QCZ_ENGINES_FAST_BLOCK_H
#define QCZ_ENGINES_FAST_BLOCK_H

#include "base/memory.h"
#include "text/items.h"
#include "engines/fast/static_model.h"
#include "books/word_tree.h"

/* Models by number. The states of rANS they use are their numbers modulo RANS_STATES. */
typedef enum fast_model {
    FAST_EVENTS,     /* a bin of words or phrases, a word outside the codebook, the length of a match */
    FAST_GAPS,
    FAST_CASES,
    FAST_DISTANCES,
    FAST_LETTERS,    /* spelling: bytes and the end */
    FAST_KEPT,       /* the codebook: bytes as in the word before */
    FAST_TIERS,      /* how common a word is */
    FAST_TENDENCIES, /* which case a word has */
    FAST_CLASSES,
    FAST_DEPTHS,     /* of phrases in the hierarchy */
    FAST_MODELS
} fast_model;

enum {
    FAST_FIRST_LEVEL = 1,
    FAST_LAST_LEVEL = 3,
    FAST_WORD_LIMIT = 1 << 16,
    FAST_GAP_LIMIT = 4096,
    FAST_PHRASE_LIMIT = 1 << 16,
    FAST_PHRASE_DEPTHS = 10,         /* phrases have 2, 3, 5, .. 144 items */
    FAST_LONGEST_PHRASE = 144,
    FAST_CHUNK_EVENTS = 1024,        /* so many events, then what belongs to them */
    FAST_RING_BITS = 20,             /* log2 of the items a match can reach back */
    FAST_SHORTEST_MATCH = 2,
    FAST_LENGTH_SYMBOLS = 15,        /* 2 .. 9, then 10, 12, 16, 24, 40, 72 and 136 with 1 .. 7 bits more */
    FAST_LONGEST_MATCH = 263,
    FAST_REPEATS = 3,                /* distances of the last matches */
    FAST_DISTANCE_SYMBOLS = FAST_REPEATS + 2 * FAST_RING_BITS,
    FAST_TIER_COUNT = 40,
    FAST_CLASS_TIER = 9,             /* from this tier on words can have a class: 16 occurrences */
    FAST_PHRASE_GROUPS = 17,         /* classes of their first words, eight to a group, and none */
    FAST_MOST_BINS = STATIC_MAX_SYMBOLS - FAST_LENGTH_SYMBOLS,
    FAST_DIRECT_GAPS = 60,           /* the commonest have a symbol each; the others one by the width of their number */
    FAST_GAP_SYMBOLS = FAST_DIRECT_GAPS + 13,
    FAST_GAP_ESCAPE = FAST_GAP_SYMBOLS - 1,
    FAST_EVENT_CONTEXTS = 67,
    FAST_GAP_CLASSES = 10,
    GAP_RANKS = 8,
    FAST_GAP_CONTEXTS = 4 * FAST_GAP_CLASSES * FAST_GAP_CLASSES,
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
    uint32_t phrase_count;
    uint32_t phrase_items;
    uint32_t phrase_bytes;
    uint32_t bits_size;   /* bytes of tables and numbers; the symbols follow */
} fast_header;

void fast_header_write(const fast_header *header, qcz_buffer *payload);
qcz_status fast_header_read(const uint8_t *payload, size_t size, size_t raw_size, size_t segment_size, fast_header *header,
                            size_t *header_size, qcz_error *error);

/* `event_symbols` is bins and more; the shape of the events depends on it. */
static_shape fast_shape(fast_model model, uint32_t event_symbols);

/* ---- words ----------------------------------------------------------------------------------------------------------- */

/* How common: 0 .. 7 as they are, then an octave each. */
static inline uint32_t fast_tier(uint32_t count)
{
    return count < 8 ? count : 4 + bit_width_of(count);
}

/* Entries that cost the same: words of one class and tier, or phrases of one group and tier. */
typedef struct entry_bin {
    uint32_t first;
    uint32_t count;
} entry_bin;

/* Entries are words in order of bins, then all words outside the codebook as one, then phrases in order of bins. */
typedef struct entry_bins {
    uint32_t word_bin_count; /* and the number of the bin of words outside the codebook */
    uint32_t count;
    entry_bin bins[FAST_MOST_BINS];
    uint32_t *order;    /* words in order of bins: their numbers in the codebook */
    uint32_t *bin_of;   /* per word of the codebook */
    uint32_t *entry_of; /* and its entry */
} entry_bins;

/* How many phrases there are of each group, and of each tier in it. */
typedef uint32_t phrase_counts[FAST_PHRASE_GROUPS][FAST_TIER_COUNT];

/*
 * Makes the bins of words. Returns 0 if there is no memory, or with `count` above FAST_MOST_BINS if there are too many;
 * entry_bins_free is due.
 */
int word_bins_find(entry_bins *bins, const uint8_t *tiers, const uint16_t *classes, uint32_t word_count);
/* Adds the bins of phrases. Returns 0 if there are too many. */
int phrase_bins_add(entry_bins *bins, phrase_counts counts);
void entry_bins_free(entry_bins *bins);

/* How many words, in order of bins, are of each group or one before it. */
void phrase_groups_find(const uint16_t *classes, uint32_t word_count, uint32_t ends[FAST_PHRASE_GROUPS]);

/* Bits of each step from one to the next of `count` numbers among `range`, in order, that are as good as random. */
static inline unsigned step_width(uint32_t range, uint32_t count)
{
    return range > count ? bit_width_of(range / count) - 1 : 0;
}

/* Items of a phrase: 2, 3, 5, 8, 13, 21, 34, 55, 89, 144. */
uint32_t phrase_length(uint32_t depth);

/* ---- contexts --------------------------------------------------------------------------------------------------------- */

enum { EVENT_CLASS_SHIFT = 1, GAP_CLASS_SHIFT = 4, PHRASE_CLASS_SHIFT = 3 };
/* What an item says to the event after it. */
enum { EVENT_AFTER_RARE = WORD_CLASS_COUNT >> EVENT_CLASS_SHIFT, EVENT_AFTER_UNKNOWN, EVENT_AT_START };
enum { GAP_BY_RARE = WORD_CLASS_COUNT >> GAP_CLASS_SHIFT, GAP_BY_UNKNOWN };

static inline uint8_t event_context_of(uint32_t class)
{
    return (uint8_t)(class < WORD_CLASS_COUNT ? class >> EVENT_CLASS_SHIFT : EVENT_AFTER_RARE);
}

/* Of an item, by what it says to the event after it. */
extern const uint8_t fast_gap_classes[FAST_EVENT_CONTEXTS];

/* Of a phrase, by its first word. */
static inline uint32_t phrase_group_of(uint32_t class)
{
    return class < WORD_CLASS_COUNT ? class >> PHRASE_CLASS_SHIFT : FAST_PHRASE_GROUPS - 1;
}

/* The less of two, without a branch. */
static inline uint32_t lesser(uint32_t a, uint32_t b)
{
    return a ^ ((a ^ b) & (0 - (uint32_t)(b < a)));
}

static inline uint32_t gap_rank_of(uint32_t gap)
{
    return lesser(gap, GAP_RANKS - 1);
}

static inline uint32_t gap_context(uint32_t rank_before, uint32_t class_before, uint32_t class)
{
    return (lesser(rank_before, 3) * FAST_GAP_CLASSES + class_before) * FAST_GAP_CLASSES + class;
}

static inline uint32_t case_context(uint32_t tendency, uint32_t gap_rank)
{
    return tendency * GAP_RANKS + gap_rank;
}

static inline int case_varies(uint32_t tendency)
{
    return tendency != TENDENCY_AS_IS && tendency != TENDENCY_TITLE && tendency != TENDENCY_UPPER;
}

/*
 * Of the letter number `place` of a token: by the one before, and in words by the kind of the one before that; both are 0 where there is
 * none. FORMAT.md, "Codebooks".
 */
extern const uint8_t fast_letter_last[256];
extern const uint8_t fast_letter_kinds[256]; /* times 40 */

static inline uint32_t letter_context(uint32_t is_gap, uint32_t before, uint32_t last, uint32_t place)
{
    const uint32_t by_last = place > 0 ? fast_letter_last[last] : 0;
    return by_last + (is_gap ? 160u : fast_letter_kinds[before]);
}

#endif
