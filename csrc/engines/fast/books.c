#include "engines/fast/books.h"

#include "text/letter_case.h"

#include <stdlib.h>

typedef struct book_reader {
    fast_books *books;
    bit_reader *bits;
    rans_reader *symbols;
} book_reader;

enum { KNOWN_CASES = 3 };

static const char MALFORMED_BOOK[] = "a codebook is malformed";
static const char MALFORMED_PHRASES[] = "the phrases are malformed";
const char fast_books_no_memory[] = "out of memory";

/* ---- memory -------------------------------------------------------------------------------------------------------------- */

static size_t entry_count(const fast_header *header)
{
    return (size_t)header->word_count + 1 + header->phrase_count;
}

uint64_t fast_books_memory(const fast_header *header)
{
    uint64_t memory = 0;
    for (int model = 0; model < FAST_MODELS; model++) {
        const static_shape shape = fast_shape((fast_model)model, STATIC_MAX_SYMBOLS);
        memory += (static_model_slots(&shape) + ((size_t)KNOWN_CASES << shape.table_bits)) * sizeof(uint32_t);
    }
    memory += (uint64_t)header->word_bytes + header->phrase_bytes + header->gap_bytes + 2 * COPY_SIZE;
    memory += ((uint64_t)header->gap_count + 1) * (sizeof(uint32_t) + sizeof(gap_facts));
    memory += (uint64_t)entry_count(header) * sizeof(entry_facts) + ((uint64_t)header->phrase_count + 1) * sizeof(uint32_t);
    memory += ((uint64_t)header->phrase_items + 1) * (sizeof(part_mark) + 1);
    /* While words are read: their facts, classes and tiers in order of the codebook. */
    return memory + ((uint64_t)header->word_count + 1) * (sizeof(entry_facts) + 3 * sizeof(uint32_t) + sizeof(uint16_t) + 1);
}

int fast_books_allocate(fast_books *books)
{
    const fast_header *header = &books->header;
    int complete = 1;
    for (int model = 0; model < FAST_MODELS; model++) {
        const static_shape shape = fast_shape((fast_model)model, STATIC_MAX_SYMBOLS);
        const size_t known_slots = model == FAST_CASES ? (size_t)KNOWN_CASES << shape.table_bits : 0;
        books->models[model].slots = allocate_array(static_model_slots(&shape) + known_slots, sizeof(uint32_t));
        complete = complete && books->models[model].slots != NULL;
    }
    books->entries = calloc(entry_count(header), sizeof *books->entries);
    books->text = calloc(1, (size_t)header->word_bytes + header->phrase_bytes + COPY_SIZE);
    books->gaps = calloc((size_t)header->gap_count + 1, sizeof *books->gaps);
    books->gap_text = calloc(1, (size_t)header->gap_bytes + COPY_SIZE);
    books->gap_offsets = calloc((size_t)header->gap_count + 1, sizeof *books->gap_offsets);
    books->phrase_parts = calloc((size_t)header->phrase_count + 1, sizeof *books->phrase_parts);
    books->part_marks = calloc((size_t)header->phrase_items + 1, sizeof *books->part_marks);
    books->part_contexts = calloc((size_t)header->phrase_items + 1, 1);
    return complete && books->entries != NULL && books->text != NULL && books->gaps != NULL && books->gap_text != NULL &&
           books->gap_offsets != NULL && books->phrase_parts != NULL && books->part_marks != NULL && books->part_contexts != NULL;
}

void fast_books_free(fast_books *books)
{
    for (int model = 0; model < FAST_MODELS; model++)
        free(books->models[model].slots);
    entry_bins_free(&books->bins);
    free(books->entries);
    free(books->text);
    free(books->gaps);
    free(books->gap_text);
    free(books->gap_offsets);
    free(books->phrase_parts);
    free(books->part_marks);
    free(books->part_contexts);
}

/* ---- words and gaps ------------------------------------------------------------------------------------------------------ */

static const char *read_models(const book_reader *reader, int first, int last, uint32_t event_symbols)
{
    for (int model = first; model <= last; model++) {
        const static_shape shape = fast_shape((fast_model)model, event_symbols);
        if (!static_model_read(&reader->books->models[model], &shape, reader->bits))
            return "a table of frequencies is malformed";
    }
    return NULL;
}

static uint32_t read_symbol(const book_reader *reader, fast_model model, uint32_t context)
{
    return read_model(reader->books, reader->symbols, model, context);
}

/* Words in order of the codebook: their order of bins is known only when all are. */
static const char *read_words(const book_reader *reader, entry_facts *facts, uint8_t *tiers, uint16_t *classes)
{
    const fast_header *header = &reader->books->header;
    uint8_t token[ITEM_MAX_TOKEN_SIZE] = {0};
    uint32_t size = 0;
    uint32_t kept = 0;
    uint32_t offset = 0;
    for (uint32_t word = 0; word < header->word_count; word++) {
        kept = read_symbol(reader, FAST_KEPT, kept < FAST_KEPT_CONTEXTS ? kept : FAST_KEPT_CONTEXTS - 1);
        if (kept > size)
            return MALFORMED_BOOK;
        size = spell_token(reader->books, reader->symbols, 0, token, kept);
        if (size > ITEM_MAX_TOKEN_SIZE || size > header->word_bytes - offset || rans_overran(reader->symbols))
            return MALFORMED_BOOK;
        memcpy(reader->books->text + offset, token, size);
        tiers[word] = (uint8_t)read_symbol(reader, FAST_TIERS, size < 15 ? size : 15);
        const uint32_t tendency = read_symbol(reader, FAST_TENDENCIES, tiers[word] < 15 ? tiers[word] : 15u);
        classes[word] = (uint16_t)(tiers[word] >= FAST_CLASS_TIER ? read_symbol(reader, FAST_CLASSES, 0) : (uint32_t)WORD_CLASS_NONE);
        facts[word] = (entry_facts){.offset = offset, .size = (uint16_t)size, .tendency = (uint8_t)tendency,
                                    .gap_class = (uint8_t)fast_gap_classes[event_context_of(classes[word])]};
        offset += size;
    }
    return offset == header->word_bytes ? NULL : MALFORMED_BOOK;
}

static const char *read_gaps(const book_reader *reader)
{
    fast_books *books = reader->books;
    uint8_t token[ITEM_MAX_TOKEN_SIZE] = {0};
    uint32_t offset = 0;
    for (uint32_t gap = 0; gap < books->header.gap_count; gap++) {
        const uint32_t size = spell_token(books, reader->symbols, 1, token, 0);
        if (size > ITEM_MAX_TOKEN_SIZE || size > books->header.gap_bytes - offset || rans_overran(reader->symbols))
            return MALFORMED_BOOK;
        memcpy(books->gap_text + offset, token, size);
        memcpy(books->gaps[gap].bytes, token, size < GAP_DIRECT_SIZE ? size : GAP_DIRECT_SIZE);
        books->gaps[gap].size = (uint8_t)size;
        offset += size;
        books->gap_offsets[gap + 1] = offset;
    }
    return offset == books->header.gap_bytes ? NULL : MALFORMED_BOOK;
}

static void find_codes(fast_books *books, uint32_t first_bin)
{
    for (uint32_t bin = first_bin; bin < books->bins.count; bin++) {
        const uint32_t count = books->bins.bins[bin].count;
        const unsigned width = bit_width_of(count) - 1;
        books->codes[bin].first = books->bins.bins[bin].first;
        books->codes[bin].short_count = ((uint32_t)2 << width) - count;
        books->codes[bin].width = (uint8_t)width;
    }
}

/* Brings facts into the order of bins. */
static const char *place_words(fast_books *books, const entry_facts *facts, const uint8_t *tiers, const uint16_t *classes)
{
    const uint32_t count = books->header.word_count;
    entry_bins *bins = &books->bins;
    if (!word_bins_find(bins, tiers, classes, count))
        return bins->count > FAST_MOST_BINS ? "there are too many kinds of words" : fast_books_no_memory;
    for (uint32_t entry = 0; entry < count; entry++) {
        const uint32_t word = bins->order[entry];
        books->entries[entry] = facts[word];
        books->codes[bins->bin_of[word]].event_context = event_context_of(classes[word]);
    }
    books->entries[count] = (entry_facts){.tendency = TENDENCY_UNKNOWN, .gap_class = GAP_BY_UNKNOWN};
    books->codes[bins->word_bin_count].event_context = EVENT_AFTER_UNKNOWN;
    find_codes(books, 0);
    return NULL;
}

static const char *read_word_book(const book_reader *reader, uint32_t group_ends[FAST_PHRASE_GROUPS])
{
    const uint32_t count = reader->books->header.word_count;
    entry_facts *facts = allocate_array((size_t)count + 1, sizeof *facts);
    uint8_t *tiers = allocate_array((size_t)count + 1, sizeof *tiers);
    uint16_t *classes = allocate_array((size_t)count + 1, sizeof *classes);
    const char *failure = facts == NULL || tiers == NULL || classes == NULL ? fast_books_no_memory : NULL;
    if (failure == NULL)
        failure = read_words(reader, facts, tiers, classes);
    if (failure == NULL)
        failure = place_words(reader->books, facts, tiers, classes);
    if (failure == NULL)
        phrase_groups_find(classes, count, group_ends);
    free(facts);
    free(tiers);
    free(classes);
    return failure;
}

/* Tendencies that say all have a table of one symbol: to read it takes nothing from the stream, and no branch. */
static void add_known_cases(static_model *cases)
{
    static const uint8_t tendencies[KNOWN_CASES] = {TENDENCY_AS_IS, TENDENCY_TITLE, TENDENCY_UPPER};
    static const uint8_t flags[KNOWN_CASES] = {CASE_AS_IS, CASE_TITLE, CASE_UPPER};
    const static_shape shape = fast_shape(FAST_CASES, 0);
    for (uint32_t known = 0; known < KNOWN_CASES; known++) {
        const uint32_t first = (uint32_t)static_model_slots(&shape) + (known << shape.table_bits);
        static_model_fill(cases->slots + first, flags[known], (uint32_t)1 << shape.table_bits);
        for (uint32_t rank = 0; rank < GAP_RANKS; rank++)
            cases->first_slots[case_context(tendencies[known], rank)] = first;
    }
}

/* ---- phrases ------------------------------------------------------------------------------------------------------------- */

/* A phrase while it is read. */
typedef struct phrase_end {
    uint32_t begin;         /* in the text */
    uint32_t end;
    uint32_t part;          /* the next item's number among those of all phrases */
    uint32_t rank;
    uint32_t event_context;
} phrase_end;

static const char *read_phrase_counts(const book_reader *reader, phrase_counts counts)
{
    uint32_t left = reader->books->header.phrase_count;
    memset(counts, 0, sizeof(phrase_counts));
    for (uint32_t group = 0; left > 0 && group < FAST_PHRASE_GROUPS; group++)
        for (uint32_t tier = 0; tier < FAST_TIER_COUNT; tier++) {
            counts[group][tier] = read_gamma(reader->bits);
            if (counts[group][tier] > left)
                return MALFORMED_PHRASES;
            left -= counts[group][tier];
        }
    if (left > 0)
        return MALFORMED_PHRASES;
    return phrase_bins_add(&reader->books->bins, counts) ? NULL : "there are too many kinds of phrases";
}

/* Puts a word at the end of the phrase. Returns 0 if it does not fit. */
static int put_word(const book_reader *reader, uint32_t entry, phrase_end *phrase)
{
    fast_books *books = reader->books;
    const entry_facts *word = &books->entries[entry];
    const uint32_t flag = read_symbol(reader, FAST_CASES, case_context(word->tendency, phrase->rank));
    if (word->size > books->header.word_bytes + books->header.phrase_bytes - phrase->end)
        return 0;
    memcpy(books->text + phrase->end, books->text + word->offset, word->size);
    letter_case_apply(books->text + phrase->end, word->size, flag);
    phrase->end += word->size;
    books->part_contexts[phrase->part++] = (uint8_t)phrase->event_context;
    return 1;
}

/* An item after the first: a word of the codebook behind a gap of the codebook. */
static int read_part(const book_reader *reader, phrase_end *phrase)
{
    fast_books *books = reader->books;
    const uint32_t event = read_symbol(reader, FAST_EVENTS, phrase->event_context);
    if (event >= books->bins.word_bin_count)
        return 0;
    const uint32_t entry = read_entry(&books->codes[event], reader->bits);
    const uint32_t class_before = fast_gap_classes[phrase->event_context];
    const uint32_t symbol =
        read_symbol(reader, FAST_GAPS, gap_context(phrase->rank, class_before, books->entries[entry].gap_class));
    const uint32_t gap = symbol == FAST_GAP_ESCAPE ? UINT32_MAX : read_gap_number(symbol, reader->bits);
    if (gap >= books->header.gap_count)
        return 0;
    const uint32_t size = books->gap_offsets[gap + 1] - books->gap_offsets[gap];
    if (size > books->header.word_bytes + books->header.phrase_bytes - phrase->end)
        return 0;
    phrase->rank = gap_rank_of(gap);
    phrase->event_context = books->codes[event].event_context;
    books->part_marks[phrase->part] = (phrase->end - phrase->begin) << 2 | lesser(phrase->rank, 3);
    memcpy(books->text + phrase->end, books->gap_text + books->gap_offsets[gap], size);
    phrase->end += size;
    return put_word(reader, entry, phrase);
}

static int read_phrase(const book_reader *reader, uint32_t number, uint32_t first_word, uint32_t length, phrase_end *phrase)
{
    fast_books *books = reader->books;
    const uint32_t items_left = books->header.phrase_items - phrase->part;
    if (length > items_left)
        return 0;
    books->phrase_parts[number] = phrase->part;
    phrase->begin = phrase->end;
    phrase->rank = 7;
    phrase->event_context = books->codes[books->bins.bin_of[books->bins.order[first_word]]].event_context;
    if (!put_word(reader, first_word, phrase))
        return 0;
    for (uint32_t item = 1; item < length; item++)
        if (!read_part(reader, phrase))
            return 0;
    books->entries[books->header.word_count + 1 + number] =
        (entry_facts){.offset = phrase->begin, .size = (uint16_t)(phrase->end - phrase->begin), .tendency = TENDENCY_AS_IS,
                      .gap_class = books->entries[first_word].gap_class};
    return 1;
}

/* First words come in order within a bin, in a code that fits if they are evenly spread among those of the group. */
static const char *read_bin(const book_reader *reader, const entry_bin *bin, uint32_t group_first, uint32_t group_end,
                            uint32_t *depth, phrase_end *phrase)
{
    const fast_books *books = reader->books;
    const uint32_t first_phrase = books->header.word_count + 1;
    const unsigned width = step_width(group_end - group_first, bin->count);
    uint32_t word = group_first;
    for (uint32_t number = 0; number < bin->count; number++) {
        const uint32_t high = read_gamma(reader->bits);
        if (high > books->header.word_count)
            return MALFORMED_PHRASES;
        const uint64_t step = ((uint64_t)high << width) + read_bits(reader->bits, width);
        if (step >= (uint64_t)group_end - word)
            return MALFORMED_PHRASES;
        word += (uint32_t)step;
        *depth = read_symbol(reader, FAST_DEPTHS, *depth);
        if (!read_phrase(reader, bin->first - first_phrase + number, word, phrase_length(*depth), phrase) ||
            rans_overran(reader->symbols) || bits_overran(reader->bits))
            return MALFORMED_PHRASES;
    }
    return NULL;
}

static const char *read_phrases(const book_reader *reader, phrase_counts counts, const uint32_t group_ends[FAST_PHRASE_GROUPS])
{
    fast_books *books = reader->books;
    phrase_end phrase = {.end = books->header.word_bytes};
    uint32_t depth = 0;
    uint32_t bin = books->bins.word_bin_count + 1;
    const char *failure = NULL;
    for (uint32_t group = 0; failure == NULL && group < FAST_PHRASE_GROUPS; group++)
        for (uint32_t tier = 0; failure == NULL && tier < FAST_TIER_COUNT; tier++)
            if (counts[group][tier] > 0)
                failure = read_bin(reader, &books->bins.bins[bin++], group > 0 ? group_ends[group - 1] : 0, group_ends[group], &depth,
                                   &phrase);
    books->phrase_parts[books->header.phrase_count] = phrase.part;
    if (failure == NULL &&
        (phrase.part != books->header.phrase_items || phrase.end != books->header.word_bytes + books->header.phrase_bytes))
        failure = MALFORMED_PHRASES;
    return failure;
}

const char *fast_books_read(fast_books *books, bit_reader *bits, rans_reader *symbols)
{
    const book_reader reader = {books, bits, symbols};
    uint32_t group_ends[FAST_PHRASE_GROUPS];
    phrase_counts counts;
    const char *failure = read_models(&reader, FAST_LETTERS, FAST_DEPTHS, 0);
    if (failure == NULL)
        failure = read_word_book(&reader, group_ends);
    if (failure == NULL)
        failure = read_gaps(&reader);
    if (failure == NULL)
        failure = read_phrase_counts(&reader, counts);
    if (failure == NULL)
        failure = read_models(&reader, FAST_EVENTS, FAST_DISTANCES, books->bins.count + FAST_LENGTH_SYMBOLS);
    if (failure != NULL)
        return failure;
    find_codes(books, books->bins.word_bin_count + 1);
    add_known_cases(&books->models[FAST_CASES]);
    for (uint32_t bin = 0; bin < books->bins.count; bin++)
        books->codes[bin].next_slots = books->models[FAST_EVENTS].first_slots[books->codes[bin].event_context];
    align_bits(bits);
    return read_phrases(&reader, counts, group_ends);
}
