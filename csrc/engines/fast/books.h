/* books.h - what the decoder of fast blocks knows before the first item: words, gaps, phrases and all tables. Decoder only. */
#ifndef QCZ_ENGINES_FAST_BOOKS_H
#define QCZ_ENGINES_FAST_BOOKS_H

#include "base/compiler.h"
#include "engines/fast/block.h"

enum {
    COPY_SIZE = 16,          /* most tokens are no longer: copies of a fixed size take no call */
    MOST_PHRASE_BYTES = FAST_LONGEST_PHRASE * 2 * ITEM_MAX_TOKEN_SIZE,
    GAP_DIRECT_SIZE = 15
};

/* A word or a phrase, by its entry. */
typedef struct entry_facts {
    uint32_t offset;    /* in the text */
    uint16_t size;
    uint8_t tendency;   /* of a phrase TENDENCY_AS_IS */
    uint8_t gap_class;  /* what it says to the gap before it */
} entry_facts;

/* How a bin's entries are told apart: `width` bits, and one more from `short_count` on. */
typedef struct bin_code {
    uint32_t first;
    uint32_t short_count;
    uint32_t next_slots;   /* the table of events after its words */
    uint8_t width;
    uint8_t event_context; /* what its words say to the event after them */
} bin_code;

/* A gap of the codebook; one longer than GAP_DIRECT_SIZE lies in the text. */
typedef struct gap_facts {
    uint8_t bytes[GAP_DIRECT_SIZE];
    uint8_t size;
} gap_facts;

/* Where an item of a phrase begins in it, times 4, plus its gap's rank up to 3. */
typedef uint32_t part_mark;

typedef struct fast_books {
    fast_header header;
    static_model models[FAST_MODELS];
    entry_bins bins;
    bin_code codes[FAST_MOST_BINS];
    entry_facts *entries;
    uint8_t *text;            /* of words, then of phrases */
    gap_facts *gaps;
    uint8_t *gap_text;
    uint32_t *gap_offsets;    /* gap_count + 1 */
    uint32_t *phrase_parts;   /* per phrase, and the end: its first item among those of all phrases */
    part_mark *part_marks;
    uint8_t *part_contexts;   /* what they say to the event after them */
} fast_books;

uint64_t fast_books_memory(const fast_header *header);
/* Of books->header. Returns 0 if there is no memory; fast_books_free is due. */
int fast_books_allocate(fast_books *books);
void fast_books_free(fast_books *books);

/* Reads all books and tables. Returns NULL, or what is wrong: fast_books_no_memory or a description of damage. */
extern const char fast_books_no_memory[];
const char *fast_books_read(fast_books *books, bit_reader *bits, rans_reader *symbols);

/* ---- tokens -------------------------------------------------------------------------------------------------------------- */

static ALWAYS_INLINE uint32_t read_model(const fast_books *books, rans_reader *symbols, fast_model model, uint32_t context)
{
    return decode_static(symbols, (unsigned)model % RANS_STATES, &books->models[model], context);
}

/*
 * Appends letters to `bytes`, of which there are `size`; there is room for ITEM_MAX_TOKEN_SIZE. Returns the size of the token, or
 * more than ITEM_MAX_TOKEN_SIZE.
 */
static ALWAYS_INLINE uint32_t spell_token(const fast_books *books, rans_reader *symbols, uint32_t is_gap, uint8_t *bytes, uint32_t size)
{
    uint32_t before = size > 1 ? bytes[size - 2] : 0;
    uint32_t last = size > 0 ? bytes[size - 1] : 0;
    for (;; size++) {
        const uint32_t letter = read_model(books, symbols, FAST_LETTERS, letter_context(is_gap, before, last, size));
        if (letter == FAST_END_OF_TOKEN || size == ITEM_MAX_TOKEN_SIZE)
            return letter == FAST_END_OF_TOKEN ? size : size + 1;
        bytes[size] = (uint8_t)letter;
        before = last;
        last = letter;
    }
}

/* Which entry of the bin. Without branches: the bit more is as often there as not. */
static ALWAYS_INLINE uint32_t read_entry(const bin_code *code, bit_reader *bits)
{
    refill_bits(bits);
    const uint32_t few = (uint32_t)bits->pending & (((uint32_t)1 << code->width) - 1);
    const uint32_t more = 2 * few + (uint32_t)(bits->pending >> code->width & 1) - code->short_count;
    const uint32_t is_long = few >= code->short_count;
    const unsigned width = code->width + is_long;
    bits->pending >>= width;
    bits->pending_count -= width;
    return code->first + few + ((more - few) & (0 - is_long));
}

/* The number of the gap that a symbol begins; it may be beyond the codebook. */
static ALWAYS_INLINE uint32_t read_gap_number(uint32_t symbol, bit_reader *bits)
{
    if (symbol < FAST_DIRECT_GAPS)
        return symbol;
    const unsigned width = symbol - FAST_DIRECT_GAPS;
    return FAST_DIRECT_GAPS + ((uint32_t)1 << width) - 1 + read_bits(bits, width);
}

#endif
