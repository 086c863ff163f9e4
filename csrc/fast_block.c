#include "fast_block.h"

#include "paper_block.h"

#include <stdlib.h>

int fast_header_write(const fast_header *header, qcz_buffer *payload)
{
    return buffer_put_u8(payload, (uint8_t)header->level) && buffer_put_u8(payload, 0) &&
           buffer_put_varint(payload, header->item_count) && buffer_put_varint(payload, header->event_count) &&
           buffer_put_varint(payload, header->word_count) && buffer_put_varint(payload, header->word_bytes) &&
           buffer_put_varint(payload, header->gap_count) && buffer_put_varint(payload, header->gap_bytes) &&
           buffer_put_varint(payload, header->bits_size);
}

/* Every item has a byte and every event an item; a token of a codebook has a byte but for an empty word or gap. */
static int fits_block(const fast_header *header, size_t raw_size)
{
    return header->item_count <= raw_size && header->event_count <= header->item_count && header->word_count < FAST_WORD_LIMIT &&
           header->gap_count <= FAST_GAP_LIMIT && header->word_count <= header->item_count &&
           header->gap_count <= header->item_count && header->word_bytes <= raw_size && header->gap_bytes <= raw_size;
}

qcz_status fast_header_read(const uint8_t *payload, size_t size, size_t raw_size, fast_header *header, size_t *header_size,
                            qcz_error *error)
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
    header->bits_size = read_varint(&reader);
    *header_size = (size_t)(reader.next - payload);
    if (reader.failed)
        return fail(error, QCZ_ERROR_CORRUPT, "the header is malformed or cut short", *header_size);
    if (header->level < FAST_FIRST_LEVEL || header->level > FAST_LAST_LEVEL || flags != 0)
        return fail(error, QCZ_ERROR_CORRUPT, "the header names an unknown level or flag", 0);
    if (!fits_block(header, raw_size) || header->bits_size > size - *header_size)
        return fail(error, QCZ_ERROR_CORRUPT, "the header promises more than the block can hold", 2);
    return QCZ_OK;
}

static_shape fast_shape(fast_model model, uint32_t event_symbols)
{
    const static_shape shapes[FAST_MODELS] = {
        [FAST_EVENTS] = {FAST_EVENT_CONTEXTS, event_symbols, 12},
        [FAST_GAPS] = {FAST_GAP_CONTEXTS, FAST_GAP_SYMBOLS, 10},
        [FAST_CASES] = {TENDENCY_COUNT * 8, 3, 9},
        [FAST_DISTANCES] = {4, FAST_DISTANCE_SYMBOLS, 11},
        [FAST_LETTERS] = {FAST_LETTER_CONTEXTS, FAST_END_OF_TOKEN + 1, 10},
        [FAST_KEPT] = {FAST_KEPT_CONTEXTS, ITEM_MAX_TOKEN_SIZE + 1, 9},
        [FAST_TIERS] = {16, FAST_TIER_COUNT, 10},
        [FAST_TENDENCIES] = {16, TENDENCY_COUNT, 9},
        [FAST_CLASSES] = {1, WORD_CLASS_COUNT + 1, 10},
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

int word_bins_find(word_bins *bins, const uint8_t *tiers, const uint16_t *classes, uint32_t word_count)
{
    bins->order = allocate_array((size_t)word_count + 1, sizeof *bins->order);
    bins->bin_of = allocate_array((size_t)word_count + 1, sizeof *bins->bin_of);
    bins->place_of = allocate_array((size_t)word_count + 1, sizeof *bins->place_of);
    bins->count = 0;
    uint32_t *numbers = calloc(PAIRS, sizeof *numbers); /* of words, then of bins */
    if (bins->order == NULL || bins->bin_of == NULL || bins->place_of == NULL || numbers == NULL) {
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
        if (bins->count < FAST_MOST_BINS)
            bins->bins[bins->count] = (word_bin){.first = first, .count = 0};
        bins->count++;
        first += count;
    }
    for (uint32_t word = 0; bins->count <= FAST_MOST_BINS && word < word_count; word++) {
        const uint32_t number = numbers[pair_of(tiers, classes, word)];
        word_bin *bin = &bins->bins[number];
        bins->bin_of[word] = number;
        bins->place_of[word] = bin->first + bin->count;
        bins->order[bin->first + bin->count++] = word;
    }
    free(numbers);
    return bins->count <= FAST_MOST_BINS;
}

void word_bins_free(word_bins *bins)
{
    free(bins->order);
    free(bins->bin_of);
    free(bins->place_of);
}
