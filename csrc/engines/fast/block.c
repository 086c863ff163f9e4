#include "engines/fast/block.h"

#include "base/error.h"

#include <stdlib.h>

void fast_header_write(const fast_header *header, qcz_buffer *payload)
{
    buffer_put_u8(payload, (uint8_t)header->level);
    buffer_put_u8(payload, 0);
    buffer_put_varint(payload, header->item_count);
    buffer_put_varint(payload, header->event_count);
    buffer_put_varint(payload, header->word_count);
    buffer_put_varint(payload, header->word_bytes);
    buffer_put_varint(payload, header->gap_count);
    buffer_put_varint(payload, header->gap_bytes);
    buffer_put_varint(payload, header->phrase_count);
    buffer_put_varint(payload, header->phrase_items);
    buffer_put_varint(payload, header->phrase_bytes);
    buffer_put_varint(payload, header->bits_size);
}

/* Every item has a byte and every event an item; a token of a codebook has a byte but for an empty word or gap. */
static int fits_block(const fast_header *header, size_t raw_size)
{
    return header->item_count <= raw_size && header->event_count <= header->item_count && header->word_count < FAST_WORD_LIMIT &&
           header->gap_count <= FAST_GAP_LIMIT && header->word_count <= header->item_count &&
           header->gap_count <= header->item_count && header->word_bytes <= raw_size && header->gap_bytes <= raw_size &&
           header->phrase_count < FAST_PHRASE_LIMIT && header->phrase_items <= header->item_count &&
           header->phrase_count <= header->phrase_items && header->phrase_bytes <= raw_size;
}

qcz_status fast_header_read(const uint8_t *payload, size_t size, size_t raw_size, size_t segment_size, fast_header *header,
                            size_t *header_size, qcz_error *error)
{
    byte_reader reader = {.next = payload, .end = payload + size};
    if (raw_size > QCZ_MAX_BLOCK_SIZE)
        return fail(error, QCZ_ERROR_LIMIT, "the block is larger than the format allows", 0);
    header->level = read_u8(&reader);
    const uint8_t flags = read_u8(&reader);
    header->item_count = read_varint(&reader);
    header->event_count = read_varint(&reader);
    header->word_count = read_varint(&reader);
    header->word_bytes = read_varint(&reader);
    header->gap_count = read_varint(&reader);
    header->gap_bytes = read_varint(&reader);
    header->phrase_count = read_varint(&reader);
    header->phrase_items = read_varint(&reader);
    header->phrase_bytes = read_varint(&reader);
    header->bits_size = read_varint(&reader);
    *header_size = (size_t)(reader.next - payload);
    if (reader.failed)
        return fail(error, QCZ_ERROR_CORRUPT, "the header is malformed or cut short", *header_size);
    if (header->level < FAST_FIRST_LEVEL || header->level > FAST_LAST_LEVEL || flags != 0)
        return fail(error, QCZ_ERROR_CORRUPT, "the header names an unknown level or flag", 0);
    if (!fits_block(header, raw_size) || header->bits_size > segment_size)
        return fail(error, QCZ_ERROR_CORRUPT, "the header promises more than the block can hold", 2);
    return QCZ_OK;
}

static_shape fast_shape(fast_model model, uint32_t event_symbols)
{
    const static_shape shapes[FAST_MODELS] = {
        [FAST_EVENTS] = {FAST_EVENT_CONTEXTS, event_symbols, 32, 12},
        [FAST_GAPS] = {FAST_GAP_CONTEXTS, FAST_GAP_SYMBOLS, 64, 10},
        [FAST_CASES] = {TENDENCY_COUNT * 8, 3, 64, 9},
        [FAST_DISTANCES] = {4, FAST_DISTANCE_SYMBOLS, 4, 11},
        [FAST_LETTERS] = {FAST_LETTER_CONTEXTS, FAST_END_OF_TOKEN + 1, 64, 10},
        [FAST_KEPT] = {FAST_KEPT_CONTEXTS, ITEM_MAX_TOKEN_SIZE + 1, 16, 9},
        [FAST_TIERS] = {16, FAST_TIER_COUNT, 16, 10},
        [FAST_TENDENCIES] = {16, TENDENCY_COUNT, 16, 9},
        [FAST_CLASSES] = {1, WORD_CLASS_COUNT + 1, 1, 10},
        [FAST_DEPTHS] = {FAST_PHRASE_DEPTHS, FAST_PHRASE_DEPTHS, FAST_PHRASE_DEPTHS, 9},
    };
    return shapes[model];
}

/* ---- bins -------------------------------------------------------------------------------------------------------------- */

enum { PAIRS = (WORD_CLASS_COUNT + 1) * FAST_TIER_COUNT };

static uint32_t pair_of(const uint8_t *tiers, const uint16_t *classes, uint32_t word)
{
    const uint32_t class = classes[word] < WORD_CLASS_COUNT ? classes[word] : WORD_CLASS_COUNT;
    return class * FAST_TIER_COUNT + tiers[word];
}

static void add_bin(entry_bins *bins, uint32_t first, uint32_t count)
{
    if (bins->count < FAST_MOST_BINS)
        bins->bins[bins->count] = (entry_bin){.first = first, .count = count};
    bins->count++;
}

/* Numbers the words of a pair from its first on. */
static void place_words(entry_bins *bins, uint32_t *numbers, const uint8_t *tiers, const uint16_t *classes, uint32_t word_count)
{
    uint32_t used[FAST_MOST_BINS] = {0};
    for (uint32_t word = 0; word < word_count; word++) {
        const uint32_t bin = numbers[pair_of(tiers, classes, word)];
        const uint32_t entry = bins->bins[bin].first + used[bin]++;
        bins->bin_of[word] = bin;
        bins->entry_of[word] = entry;
        bins->order[entry] = word;
    }
}

int word_bins_find(entry_bins *bins, const uint8_t *tiers, const uint16_t *classes, uint32_t word_count)
{
    bins->order = allocate_array((size_t)word_count + 1, sizeof *bins->order);
    bins->bin_of = allocate_array((size_t)word_count + 1, sizeof *bins->bin_of);
    bins->entry_of = allocate_array((size_t)word_count + 1, sizeof *bins->entry_of);
    bins->count = 0;
    uint32_t *numbers = calloc(PAIRS, sizeof *numbers); /* of words, then of bins */
    if (bins->order == NULL || bins->bin_of == NULL || bins->entry_of == NULL || numbers == NULL) {
        free(numbers);
        return 0;
    }
    uint32_t first = 0;
    for (uint32_t word = 0; word < word_count; word++)
        numbers[pair_of(tiers, classes, word)]++;
    for (uint32_t pair = 0; pair < PAIRS; pair++) {
        const uint32_t count = numbers[pair];
        if (count == 0)
            continue;
        numbers[pair] = bins->count;
        add_bin(bins, first, count);
        first += count;
    }
    bins->word_bin_count = bins->count;
    add_bin(bins, first, 1);
    if (bins->count <= FAST_MOST_BINS)
        place_words(bins, numbers, tiers, classes, word_count);
    free(numbers);
    return bins->count <= FAST_MOST_BINS;
}

int phrase_bins_add(entry_bins *bins, phrase_counts counts)
{
    uint32_t first = bins->bins[bins->word_bin_count].first + 1;
    for (uint32_t group = 0; group < FAST_PHRASE_GROUPS; group++)
        for (uint32_t tier = 0; tier < FAST_TIER_COUNT; tier++) {
            if (counts[group][tier] == 0)
                continue;
            add_bin(bins, first, counts[group][tier]);
            first += counts[group][tier];
        }
    return bins->count <= FAST_MOST_BINS;
}

void entry_bins_free(entry_bins *bins)
{
    free(bins->order);
    free(bins->bin_of);
    free(bins->entry_of);
}

void phrase_groups_find(const uint16_t *classes, uint32_t word_count, uint32_t ends[FAST_PHRASE_GROUPS])
{
    memset(ends, 0, FAST_PHRASE_GROUPS * sizeof *ends);
    for (uint32_t word = 0; word < word_count; word++)
        ends[phrase_group_of(classes[word])]++;
    for (uint32_t group = 1; group < FAST_PHRASE_GROUPS; group++)
        ends[group] += ends[group - 1];
}

uint32_t phrase_length(uint32_t depth)
{
    static const uint8_t lengths[FAST_PHRASE_DEPTHS] = {2, 3, 5, 8, 13, 21, 34, 55, 89, FAST_LONGEST_PHRASE};
    return lengths[depth];
}

/* ---- letters ------------------------------------------------------------------------------------------------------------ */

const uint8_t fast_letter_last[256] = {
    38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38,
    38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38, 38,
    27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39,
    39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39, 39,
    39, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
    24, 25, 26, 39, 39, 39, 39, 39, 36, 36, 36, 36, 36, 36, 36, 36, 36, 36, 36, 36, 36, 36, 36, 36,
    37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 36, 36, 36, 36, 36, 36, 36, 36,
    36, 36, 36, 36, 36, 36, 36, 36, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37, 37,
    28, 29, 30, 31, 32, 33, 34, 35, 28, 29, 30, 31, 32, 33, 34, 35, 28, 29, 30, 31, 32, 33, 34, 35,
    28, 29, 30, 31, 32, 33, 34, 35, 28, 29, 30, 31, 32, 33, 34, 35, 28, 29, 30, 31, 32, 33, 34, 35,
    28, 29, 30, 31, 32, 33, 34, 35, 28, 29, 30, 31, 32, 33, 34, 35
};

const uint8_t fast_letter_kinds[256] = {
    0, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
    120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
    120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
    120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
    120, 40, 80, 80, 80, 40, 80, 80, 80, 40, 80, 80, 80, 80, 80, 40, 80, 80, 80, 80, 80, 40, 80, 80,
    80, 80, 80, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
    120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
    120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
    120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
    120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
    120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120
};

/* By sixteen classes; then without a class, unknown, and at the start. */
const uint8_t fast_gap_classes[FAST_EVENT_CONTEXTS] = {
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3,
    4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 8, 9, 9};
