/* fast_decoder.c - reads one fast block. Every number from the payload is checked before it is used. */
#include "compiler.h"
#include "fast_block.h"
#include "letter_case.h"
#include "paper_block.h"

#include <stdlib.h>

enum {
    RING_SIZE = 1 << FAST_RING_BITS,
    COPY_SIZE = 16,             /* most tokens are no longer: copies of a fixed size take no call */
    TEXT_PADDING = COPY_SIZE,
    MOST_ITEM_BYTES = 2 * ITEM_MAX_TOKEN_SIZE
};

/* What the decoder knows of a word of the codebook; in order of bins. */
typedef struct word_facts {
    uint32_t offset;
    uint8_t size;
    uint8_t tendency;
    uint8_t event_context;
    uint8_t gap_class;
} word_facts;

/* What a match may copy, and what the item after it needs to know. */
typedef struct past_item {
    uint32_t offset;       /* where it begins in the output */
    uint8_t event_context;
    uint8_t gap_class;
    uint8_t gap_rank;
} past_item;

typedef struct fast_decoder {
    fast_header header;
    static_model models[FAST_MODELS];
    bit_reader bits;
    rans_reader symbols;
    uint8_t *stream;        /* bits, zeros, symbols, zeros */
    uint8_t *word_text;
    uint8_t *gap_text;
    uint32_t *gap_offsets;  /* gap_count + 1 */
    word_facts *words;
    word_bins bins;
    past_item *ring;
    uint32_t distances[FAST_REPEATS];
    uint8_t *output;
    uint8_t *next;
    uint8_t *end;
    uint32_t item;
    uint8_t spelt[ITEM_MAX_TOKEN_SIZE + TEXT_PADDING];
    uint8_t aside[MOST_ITEM_BYTES + COPY_SIZE];
    const char *failure;
} fast_decoder;

static int spoil(fast_decoder *decoder, const char *what)
{
    decoder->failure = what;
    return 0;
}

static inline uint32_t decode_symbol_of(fast_decoder *decoder, fast_model model, uint32_t context)
{
    return decode_static(&decoder->symbols, (unsigned)model % RANS_STATES, &decoder->models[model], context);
}

/* ---- memory -------------------------------------------------------------------------------------------------------------- */

static uint32_t ring_items(const fast_header *header)
{
    return header->item_count < RING_SIZE ? header->item_count + 1 : RING_SIZE;
}

static uint64_t decoder_memory(const fast_header *header, size_t payload_size)
{
    uint64_t memory = sizeof(fast_decoder) + payload_size + BIT_READER_PADDING + RANS_PADDING;
    for (int model = 0; model < FAST_MODELS; model++) {
        const static_shape shape = fast_shape((fast_model)model, STATIC_MAX_SYMBOLS);
        memory += static_model_slots(&shape) * sizeof(uint32_t);
    }
    memory += (uint64_t)header->word_bytes + header->gap_bytes + 2 * TEXT_PADDING;
    memory += ((uint64_t)header->gap_count + 1) * sizeof(uint32_t);
    memory += ((uint64_t)header->word_count + 1) * (sizeof(word_facts) + 3 * sizeof(uint32_t) + sizeof(uint16_t) + 2);
    return memory + (uint64_t)ring_items(header) * sizeof(past_item);
}

static int allocate_all(fast_decoder *decoder, size_t payload_size)
{
    const fast_header *header = &decoder->header;
    int complete = 1;
    for (int model = 0; model < FAST_MODELS; model++) {
        const static_shape shape = fast_shape((fast_model)model, STATIC_MAX_SYMBOLS);
        decoder->models[model].slots = allocate_array(static_model_slots(&shape), sizeof(uint32_t));
        complete = complete && decoder->models[model].slots != NULL;
    }
    decoder->stream = calloc(1, payload_size + BIT_READER_PADDING + RANS_PADDING);
    decoder->word_text = calloc(1, (size_t)header->word_bytes + TEXT_PADDING);
    decoder->gap_text = calloc(1, (size_t)header->gap_bytes + TEXT_PADDING);
    decoder->gap_offsets = calloc((size_t)header->gap_count + 1, sizeof *decoder->gap_offsets);
    decoder->words = calloc((size_t)header->word_count + 1, sizeof *decoder->words);
    decoder->ring = calloc(ring_items(header), sizeof *decoder->ring);
    return complete && decoder->stream != NULL && decoder->word_text != NULL && decoder->gap_text != NULL &&
           decoder->gap_offsets != NULL && decoder->words != NULL && decoder->ring != NULL;
}

static void free_all(fast_decoder *decoder)
{
    for (int model = 0; model < FAST_MODELS; model++)
        free(decoder->models[model].slots);
    free(decoder->stream);
    free(decoder->word_text);
    free(decoder->gap_text);
    free(decoder->gap_offsets);
    free(decoder->words);
    free(decoder->ring);
    word_bins_free(&decoder->bins);
}

/* ---- codebooks ----------------------------------------------------------------------------------------------------------- */

static int read_models(fast_decoder *decoder, int first, int last, uint32_t event_symbols)
{
    for (int model = first; model <= last; model++) {
        const static_shape shape = fast_shape((fast_model)model, event_symbols);
        if (!static_model_read(&decoder->models[model], &shape, &decoder->bits))
            return spoil(decoder, "a table of frequencies is malformed");
    }
    return 1;
}

/* Appends letters to `bytes`, of which there are `size`. Returns the size of the token, or more than ITEM_MAX_TOKEN_SIZE. */
static uint32_t spell(fast_decoder *decoder, uint32_t is_gap, uint8_t *bytes, uint32_t size)
{
    for (;; size++) {
        const uint32_t letter = decode_symbol_of(decoder, FAST_LETTERS, letter_context(is_gap, bytes, size));
        if (letter == FAST_END_OF_TOKEN || size == ITEM_MAX_TOKEN_SIZE)
            return letter == FAST_END_OF_TOKEN ? size : size + 1;
        bytes[size] = (uint8_t)letter;
    }
}

/* Facts in order of the codebook, tiers and classes apart: the order of bins is known only when all are. */
static int read_words(fast_decoder *decoder, word_facts *facts, uint8_t *tiers, uint16_t *classes)
{
    const fast_header *header = &decoder->header;
    uint8_t *const token = decoder->spelt;
    uint32_t size = 0;
    uint32_t kept = 0;
    uint32_t offset = 0;
    for (uint32_t word = 0; word < header->word_count; word++) {
        kept = decode_symbol_of(decoder, FAST_KEPT, kept < FAST_KEPT_CONTEXTS ? kept : FAST_KEPT_CONTEXTS - 1);
        if (kept > size)
            return spoil(decoder, "a codebook is malformed");
        size = spell(decoder, 0, token, kept);
        if (size > ITEM_MAX_TOKEN_SIZE || size > header->word_bytes - offset || rans_overran(&decoder->symbols))
            return spoil(decoder, "a codebook is malformed");
        memcpy(decoder->word_text + offset, token, size);
        tiers[word] = (uint8_t)decode_symbol_of(decoder, FAST_TIERS, size < 15 ? size : 15);
        const uint32_t tendency = decode_symbol_of(decoder, FAST_TENDENCIES, tiers[word] < 15 ? tiers[word] : 15u);
        const uint32_t class =
            tiers[word] >= FAST_CLASS_TIER ? decode_symbol_of(decoder, FAST_CLASSES, 0) : (uint32_t)WORD_CLASS_NONE;
        classes[word] = (uint16_t)class;
        facts[word] = (word_facts){.offset = offset, .size = (uint8_t)size, .tendency = (uint8_t)tendency,
                                   .event_context = event_context_of(class), .gap_class = gap_class_of(class)};
        offset += size;
    }
    return offset == header->word_bytes || spoil(decoder, "a codebook is malformed");
}

static int read_gaps(fast_decoder *decoder)
{
    const fast_header *header = &decoder->header;
    uint32_t offset = 0;
    for (uint32_t gap = 0; gap < header->gap_count; gap++) {
        const uint32_t size = spell(decoder, 1, decoder->spelt, 0);
        if (size > ITEM_MAX_TOKEN_SIZE || size > header->gap_bytes - offset || rans_overran(&decoder->symbols))
            return spoil(decoder, "a codebook is malformed");
        memcpy(decoder->gap_text + offset, decoder->spelt, size);
        offset += size;
        decoder->gap_offsets[gap + 1] = offset;
    }
    return offset == header->gap_bytes || spoil(decoder, "a codebook is malformed");
}

static int read_codebooks(fast_decoder *decoder)
{
    const uint32_t count = decoder->header.word_count;
    word_facts *facts = allocate_array((size_t)count + 1, sizeof *facts);
    uint8_t *tiers = allocate_array((size_t)count + 1, sizeof *tiers);
    uint16_t *classes = allocate_array((size_t)count + 1, sizeof *classes);
    int complete = facts != NULL && tiers != NULL && classes != NULL;
    if (complete && (complete = read_words(decoder, facts, tiers, classes)) != 0) {
        complete = word_bins_find(&decoder->bins, tiers, classes, count);
        if (!complete && decoder->bins.count > FAST_MOST_BINS)
            spoil(decoder, "there are too many kinds of words");
        for (uint32_t place = 0; complete && place < count; place++)
            decoder->words[place] = facts[decoder->bins.order[place]];
    }
    free(facts);
    free(tiers);
    free(classes);
    return complete && read_gaps(decoder);
}

/* ---- items --------------------------------------------------------------------------------------------------------------- */

static past_item *item_at(const fast_decoder *decoder, uint32_t number)
{
    return &decoder->ring[number & (RING_SIZE - 1)];
}

/* One of `count` equally likely numbers: the first ones in one bit less. */
static inline uint32_t read_place(bit_reader *bits, uint32_t count)
{
    const unsigned width = bit_width_of(count) - 1;
    const uint32_t short_count = ((uint32_t)2 << width) - count;
    const uint32_t place = read_bits(bits, width);
    return place < short_count ? place : 2 * place + read_bits(bits, 1) - short_count;
}

static ALWAYS_INLINE void copy_token(uint8_t *to, const uint8_t *from, uint32_t size)
{
    memcpy(to, from, COPY_SIZE);
    if (size > COPY_SIZE)
        memcpy(to + COPY_SIZE, from + COPY_SIZE, size - COPY_SIZE);
}

/* Reads a gap and writes it. Returns its rank as a context, or UINT32_MAX. */
static ALWAYS_INLINE uint32_t read_gap(fast_decoder *decoder, const past_item *before, uint32_t gap_class)
{
    const uint32_t context = gap_context(before->gap_rank, before->gap_class, gap_class);
    uint32_t gap = decode_symbol_of(decoder, FAST_GAPS, context);
    const uint8_t *bytes = decoder->spelt;
    uint32_t size;
    if (gap == FAST_GAP_ESCAPE) {
        size = spell(decoder, 1, decoder->spelt, 0);
    } else {
        if (gap >= FAST_DIRECT_GAPS)
            gap = FAST_DIRECT_GAPS + ((uint32_t)1 << (gap - FAST_DIRECT_GAPS)) - 1 + read_bits(&decoder->bits, gap - FAST_DIRECT_GAPS);
        if (gap >= decoder->header.gap_count)
            return UINT32_MAX;
        bytes = decoder->gap_text + decoder->gap_offsets[gap];
        size = decoder->gap_offsets[gap + 1] - decoder->gap_offsets[gap];
    }
    if (size > ITEM_MAX_TOKEN_SIZE)
        return UINT32_MAX;
    copy_token(decoder->next, bytes, size);
    decoder->next += size;
    return gap_rank_of(gap);
}

static ALWAYS_INLINE int read_literal(fast_decoder *decoder, uint32_t event, const past_item *before, past_item *now)
{
    word_facts word = {.tendency = TENDENCY_UNKNOWN, .event_context = EVENT_AFTER_UNKNOWN, .gap_class = GAP_BY_UNKNOWN};
    const uint8_t *bytes = decoder->spelt;
    if (event < decoder->bins.count) {
        const word_bin *bin = &decoder->bins.bins[event];
        word = decoder->words[bin->first + read_place(&decoder->bits, bin->count)];
        bytes = decoder->word_text + word.offset;
    }
    const uint32_t rank = read_gap(decoder, before, word.gap_class);
    if (rank == UINT32_MAX)
        return spoil(decoder, "there is no such gap");
    uint32_t flag = word.tendency == TENDENCY_TITLE ? QCZ_CASE_TITLE : word.tendency == TENDENCY_UPPER ? QCZ_CASE_UPPER : QCZ_CASE_AS_IS;
    if (case_varies(word.tendency))
        flag = decode_symbol_of(decoder, FAST_CASES, case_context(word.tendency, rank));
    uint32_t size = word.size;
    if (event >= decoder->bins.count)
        size = spell(decoder, 0, decoder->spelt, 0);
    if (size > ITEM_MAX_TOKEN_SIZE)
        return spoil(decoder, "a word outside the codebook is too long");
    copy_token(decoder->next, bytes, size);
    if (flag != QCZ_CASE_AS_IS)
        letter_case_apply(decoder->next, size, flag);
    decoder->next += size;
    now->event_context = word.event_context;
    now->gap_class = word.gap_class;
    now->gap_rank = (uint8_t)rank;
    return 1;
}

static ALWAYS_INLINE uint32_t read_distance(fast_decoder *decoder, uint32_t length)
{
    uint32_t *const recent = decoder->distances;
    const uint32_t symbol = decode_symbol_of(decoder, FAST_DISTANCES, length < 5 ? length - FAST_SHORTEST_MATCH : 3);
    uint32_t distance;
    if (symbol < FAST_REPEATS) {
        distance = recent[symbol];
    } else {
        const uint32_t code = symbol - FAST_REPEATS;
        const unsigned width = code / 2;
        distance = width == 0 ? 1 : (2 + code % 2) << (width - 1) | read_bits(&decoder->bits, width - 1);
    }
    if (symbol != 0) {
        if (symbol != 1)
            recent[2] = recent[1];
        recent[1] = recent[0];
        recent[0] = distance;
    }
    return distance;
}

/* The lengths are 2 .. 9, then in steps that double. */
static ALWAYS_INLINE uint32_t read_length(fast_decoder *decoder, uint32_t symbol)
{
    if (symbol < 8)
        return FAST_SHORTEST_MATCH + symbol;
    const unsigned width = symbol - 7;
    return 8 + ((uint32_t)1 << width) + read_bits(&decoder->bits, width);
}

/* `size` bytes and up to COPY_SIZE - 1 more; what is copied lies at least COPY_SIZE before. */
static ALWAYS_INLINE void copy_bytes(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t done = 0; done < size; done += COPY_SIZE)
        memcpy(to + done, from + done, COPY_SIZE);
}

/* Copies the bytes of items that end before they are copied to. */
static ALWAYS_INLINE int copy_item_bytes(fast_decoder *decoder, uint32_t begin, uint32_t end)
{
    const size_t room = (size_t)(decoder->end - decoder->next);
    const uint8_t *from = decoder->output + begin;
    const size_t size = end - begin;
    if (size > room)
        return spoil(decoder, "an item does not fit the block");
    if (room - size >= COPY_SIZE && decoder->next - from >= COPY_SIZE)
        copy_bytes(decoder->next, from, size);
    else
        memcpy(decoder->next, from, size);
    decoder->next += size;
    return 1;
}

/* What is kept of the items copied: as of those they are copies of, but for where they are. */
static ALWAYS_INLINE void copy_past_items(fast_decoder *decoder, uint32_t source, uint32_t length, uint32_t moved)
{
    const uint32_t item = decoder->item;
    for (uint32_t i = 0; i < length; i++) {
        const past_item past = *item_at(decoder, source + i);
        past_item *const copy = item_at(decoder, item + i);
        *copy = past;
        copy->offset = past.offset + moved;
    }
}

/* Where source and copy overlap, as many items at a time as are there: the distance. */
static ALWAYS_INLINE int read_match(fast_decoder *decoder, uint32_t symbol)
{
    uint32_t length = read_length(decoder, symbol);
    const uint32_t distance = read_distance(decoder, length);
    if (distance == 0 || distance > decoder->item || distance > RING_SIZE - 2 || length > decoder->header.item_count - decoder->item)
        return spoil(decoder, "a match reaches out of the block");
    while (length > 0) {
        const uint32_t part = length < distance ? length : distance;
        const uint32_t source = decoder->item - distance;
        const uint32_t begin = item_at(decoder, source)->offset;
        const uint32_t moved = (uint32_t)(decoder->next - decoder->output) - begin;
        if (!copy_item_bytes(decoder, begin, item_at(decoder, source + part)->offset))
            return 0;
        copy_past_items(decoder, source, part, moved);
        decoder->item += part;
        length -= part;
        item_at(decoder, decoder->item)->offset = (uint32_t)(decoder->next - decoder->output);
    }
    return 1;
}

/* Near the end of the output an item is written aside: copies of a fixed size would go beyond. */
static ALWAYS_INLINE int read_literal_somewhere(fast_decoder *decoder, uint32_t event, const past_item *before, past_item *now)
{
    uint8_t *const begin = decoder->next;
    const size_t room = (size_t)(decoder->end - begin);
    if (room >= sizeof decoder->aside)
        return read_literal(decoder, event, before, now);
    decoder->next = decoder->aside;
    if (!read_literal(decoder, event, before, now))
        return 0;
    const size_t size = (size_t)(decoder->next - decoder->aside);
    if (size > room)
        return spoil(decoder, "an item does not fit the block");
    memcpy(begin, decoder->aside, size);
    decoder->next = begin + size;
    return 1;
}

static ALWAYS_INLINE int read_event(fast_decoder *decoder)
{
    const past_item start = {.event_context = EVENT_AT_START, .gap_class = GAP_BY_UNKNOWN, .gap_rank = 7};
    const past_item before = decoder->item > 0 ? *item_at(decoder, decoder->item - 1) : start;
    const uint32_t event = decode_symbol_of(decoder, FAST_EVENTS, before.event_context);
    if (event > decoder->bins.count)
        return read_match(decoder, event - decoder->bins.count - 1);
    if (decoder->item == decoder->header.item_count)
        return spoil(decoder, "there are more items than the header says");
    const uint8_t *const begin = decoder->next;
    if (!read_literal_somewhere(decoder, event, &before, item_at(decoder, decoder->item)))
        return 0;
    if (decoder->next == begin)
        return spoil(decoder, "an item is empty");
    decoder->item++;
    item_at(decoder, decoder->item)->offset = (uint32_t)(decoder->next - decoder->output);
    return 1;
}

static int read_items(fast_decoder *decoder)
{
    align_bits(&decoder->bits);
    for (uint32_t event = 0; event < decoder->header.event_count; event++) {
        if (!read_event(decoder))
            return 0;
        if (rans_overran(&decoder->symbols))
            return spoil(decoder, "the symbols end early");
    }
    if (decoder->item != decoder->header.item_count || decoder->next != decoder->end)
        return spoil(decoder, "the items are shorter than the block");
    if (!rans_reader_is_done(&decoder->symbols) || bits_position(&decoder->bits) != decoder->bits.size)
        return spoil(decoder, "the symbols do not end as they should");
    return 1;
}

/* ---- the block ----------------------------------------------------------------------------------------------------------- */

static int decode_all(fast_decoder *decoder, const uint8_t *body, size_t size)
{
    const size_t bits_size = decoder->header.bits_size;
    uint8_t *const symbols = decoder->stream + bits_size + BIT_READER_PADDING;
    memcpy(decoder->stream, body, bits_size);
    memcpy(symbols, body + bits_size, size - bits_size);
    decoder->bits = (bit_reader){.bytes = decoder->stream, .size = bits_size};
    if (!rans_reader_start(&decoder->symbols, symbols, symbols + size - bits_size))
        return spoil(decoder, "the symbols are cut short");
    return read_models(decoder, FAST_LETTERS, FAST_CLASSES, 0) && read_codebooks(decoder) &&
           read_models(decoder, FAST_EVENTS, FAST_DISTANCES, decoder->bins.count + 1 + FAST_LENGTH_SYMBOLS) && read_items(decoder);
}

qcz_status qcz_fast_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed, qcz_fast_statistics *statistics,
                           qcz_error *error)
{
    fast_header header;
    size_t header_size;
    const qcz_status status = fast_header_read(payload, size, raw_size, &header, &header_size, error);
    *needed = status == QCZ_OK ? decoder_memory(&header, size) : 0;
    if (status == QCZ_OK && statistics != NULL)
        *statistics = (qcz_fast_statistics){.level = header.level, .item_count = header.item_count, .event_count = header.event_count,
                                            .word_count = header.word_count, .gap_count = header.gap_count};
    return status;
}

qcz_status qcz_fast_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, qcz_error *error)
{
    fast_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder == NULL)
        return fail(error, QCZ_ERROR_MEMORY, "out of memory", 0);
    size_t header_size = 0;
    qcz_status status = fast_header_read(payload, size, raw_size, &decoder->header, &header_size, error);
    if (status == QCZ_OK && !allocate_all(decoder, size))
        status = fail(error, QCZ_ERROR_MEMORY, "out of memory", 0);
    if (status == QCZ_OK) {
        decoder->output = decoder->next = output;
        decoder->end = output + raw_size;
        if (!decode_all(decoder, payload + header_size, size - header_size))
            status = decoder->failure == NULL ? fail(error, QCZ_ERROR_MEMORY, "out of memory", 0)
                                              : fail(error, QCZ_ERROR_CORRUPT, decoder->failure, header_size);
    }
    free_all(decoder);
    free(decoder);
    return status;
}
