#include "static_model.h"

#include <stdlib.h>

/* ---- encoder ------------------------------------------------------------------------------------------------------- */

int static_counts_start(static_counts *model, const static_shape *shape)
{
    model->shape = *shape;
    model->counts = calloc((size_t)shape->context_count * shape->symbol_count, sizeof *model->counts);
    return model->counts != NULL;
}

void static_counts_free(static_counts *model)
{
    free(model->counts);
}

static uint64_t sum_of(const uint32_t *counts, uint32_t symbol_count)
{
    uint64_t sum = 0;
    for (uint32_t symbol = 0; symbol < symbol_count; symbol++)
        sum += counts[symbol];
    return sum;
}

static uint32_t most_frequent(const uint32_t *counts, uint32_t symbol_count)
{
    uint32_t best = 0;
    for (uint32_t symbol = 1; symbol < symbol_count; symbol++)
        best = counts[symbol] > counts[best] ? symbol : best;
    return best;
}

/* Takes what is too much from the symbols where it costs least: those with the most. */
static void take_away(uint32_t *counts, uint32_t symbol_count, uint32_t excess)
{
    while (excess > 0) {
        const uint32_t symbol = most_frequent(counts, symbol_count);
        const uint32_t share = counts[symbol] / 8 + 1;
        const uint32_t taken = share < excess ? share : excess;
        counts[symbol] -= taken;
        excess -= taken;
    }
}

/* Gives what is missing to the symbols with the most, as far as they may grow, and then to others. */
static void give(uint32_t *counts, uint32_t symbol_count, uint32_t missing)
{
    for (uint32_t symbol = most_frequent(counts, symbol_count); missing > 0; symbol = (symbol + 1) % symbol_count) {
        const uint32_t room = SLOT_MAX_FREQUENCY - counts[symbol];
        const uint32_t given = room < missing ? room : missing;
        counts[symbol] += given;
        missing -= given;
    }
}

static void normalise_context(uint32_t *counts, uint32_t symbol_count, unsigned table_bits)
{
    const uint64_t sum = sum_of(counts, symbol_count);
    const uint32_t total = (uint32_t)1 << table_bits;
    if (sum == 0)
        return;
    for (uint32_t symbol = 0; symbol < symbol_count; symbol++) {
        if (counts[symbol] == 0)
            continue;
        const uint64_t share = (counts[symbol] * (uint64_t)total + sum / 2) / sum;
        counts[symbol] = share < 1 ? 1 : share > SLOT_MAX_FREQUENCY ? (uint32_t)SLOT_MAX_FREQUENCY : (uint32_t)share;
    }
    const uint32_t scaled = (uint32_t)sum_of(counts, symbol_count);
    if (scaled > total)
        take_away(counts, symbol_count, scaled - total);
    else
        give(counts, symbol_count, total - scaled);
}

/* Whether there are any; then, until all are given out, how many symbols are passed over, and the frequency less one. */
static void write_context(const uint32_t *counts, uint32_t symbol_count, unsigned table_bits, bit_writer *bits)
{
    uint32_t left = (uint32_t)sum_of(counts, symbol_count) == 0 ? 0 : (uint32_t)1 << table_bits;
    uint32_t passed = 0;
    write_bits(bits, left > 0, 1);
    for (uint32_t symbol = 0; left > 0; symbol++) {
        if (counts[symbol] == 0) {
            passed++;
            continue;
        }
        write_gamma(bits, passed);
        write_gamma(bits, counts[symbol] - 1);
        left -= counts[symbol];
        passed = 0;
    }
}

void static_counts_normalise(static_counts *model, bit_writer *bits)
{
    const static_shape *shape = &model->shape;
    for (uint32_t context = 0; context < shape->context_count; context++) {
        uint32_t *counts = model->counts + (size_t)context * shape->symbol_count;
        normalise_context(counts, shape->symbol_count, shape->table_bits);
        write_context(counts, shape->symbol_count, shape->table_bits, bits);
    }
}

/* Where each symbol's range begins, for all contexts. */
static uint16_t *find_starts(const static_counts *model)
{
    const static_shape *shape = &model->shape;
    uint16_t *starts = allocate_array((size_t)shape->context_count * shape->symbol_count, sizeof *starts);
    for (uint32_t context = 0; starts != NULL && context < shape->context_count; context++) {
        uint32_t start = 0;
        for (uint32_t symbol = 0; symbol < shape->symbol_count; symbol++) {
            const size_t place = (size_t)context * shape->symbol_count + symbol;
            starts[place] = (uint16_t)start;
            start += model->counts[place];
        }
    }
    return starts;
}

enum { MODEL_LIMIT = 16, WORDS_A_SYMBOL = 1 };

/* The stream is filled from its end. */
static size_t encode_backwards(const static_symbol *symbols, size_t count, const static_counts *models, uint16_t *const *starts,
                               uint32_t states[RANS_STATES], uint16_t *words, size_t word_count)
{
    size_t place = word_count;
    for (size_t i = count; i-- > 0;) {
        const unsigned model = symbols[i].model;
        const size_t entry = (size_t)symbols[i].context * models[model].shape.symbol_count + symbols[i].symbol;
        const uint32_t frequency = models[model].counts[entry];
        const unsigned bits = models[model].shape.table_bits;
        uint32_t state = states[model % RANS_STATES];
        if (state >> (32 - bits) >= frequency) {
            words[--place] = (uint16_t)state;
            state >>= 16;
        }
        states[model % RANS_STATES] = (state / frequency << bits) + state % frequency + starts[model][entry];
    }
    return place;
}

static int put_stream(const uint32_t states[RANS_STATES], const uint16_t *words, size_t word_count, qcz_buffer *output)
{
    if (!buffer_reserve(output, 4 * RANS_STATES + 2 * word_count))
        return 0;
    uint8_t *next = output->bytes + output->size;
    for (unsigned state = 0; state < RANS_STATES; state++)
        for (unsigned byte = 0; byte < 4; byte++)
            *next++ = (uint8_t)(states[state] >> (8 * byte));
    for (size_t word = 0; word < word_count; word++) {
        *next++ = (uint8_t)words[word];
        *next++ = (uint8_t)(words[word] >> 8);
    }
    output->size = (size_t)(next - output->bytes);
    return 1;
}

int static_encode(const static_symbol *symbols, size_t count, const static_counts *models, qcz_buffer *output)
{
    uint16_t *starts[MODEL_LIMIT] = {NULL};
    uint32_t states[RANS_STATES] = {RANS_LOWEST, RANS_LOWEST, RANS_LOWEST, RANS_LOWEST};
    uint16_t *words = allocate_array(count + 1, sizeof *words);
    int complete = words != NULL;
    for (size_t i = 0; complete && i < count; i++)
        if (starts[symbols[i].model] == NULL) {
            starts[symbols[i].model] = find_starts(&models[symbols[i].model]);
            complete = starts[symbols[i].model] != NULL;
        }
    if (complete) {
        const size_t place = encode_backwards(symbols, count, models, starts, states, words, count + 1);
        complete = put_stream(states, words + place, count + 1 - place, output);
    }
    for (unsigned model = 0; model < MODEL_LIMIT; model++)
        free(starts[model]);
    free(words);
    return complete;
}

/* ---- decoder ------------------------------------------------------------------------------------------------------- */

size_t static_model_slots(const static_shape *shape)
{
    return (size_t)shape->context_count << shape->table_bits;
}

static void fill_slots(uint32_t *slots, uint32_t symbol, uint32_t frequency)
{
    for (uint32_t offset = 0; offset < frequency; offset++)
        slots[offset] = symbol << (2 * SLOT_FREQUENCY_BITS) | offset << SLOT_FREQUENCY_BITS | frequency;
}

static int read_context(uint32_t *slots, const static_shape *shape, bit_reader *bits)
{
    const uint32_t total = (uint32_t)1 << shape->table_bits;
    /* Half each for two symbols where nothing is ever coded: a slot has to hold something. */
    if (read_bits(bits, 1) == 0) {
        fill_slots(slots, 0, total / 4);
        fill_slots(slots + total / 4, 0, total / 4);
        fill_slots(slots + total / 2, 0, total / 4);
        fill_slots(slots + total / 4 * 3, 0, total / 4);
        return 1;
    }
    uint32_t symbol = 0;
    for (uint32_t filled = 0; filled < total; symbol++) {
        const uint32_t passed = read_gamma(bits);
        const uint32_t frequency = read_gamma(bits);
        if (passed >= shape->symbol_count || frequency >= SLOT_MAX_FREQUENCY || frequency + 1 > total - filled)
            return 0;
        symbol += passed;
        if (symbol >= shape->symbol_count)
            return 0;
        fill_slots(slots + filled, symbol, frequency + 1);
        filled += frequency + 1;
    }
    return 1;
}

int static_model_read(static_model *model, const static_shape *shape, bit_reader *bits)
{
    model->table_bits = shape->table_bits;
    for (uint32_t context = 0; context < shape->context_count; context++)
        if (!read_context(model->slots + ((size_t)context << shape->table_bits), shape, bits) || bits_overran(bits))
            return 0;
    return 1;
}

int rans_reader_start(rans_reader *reader, const uint8_t *bytes, const uint8_t *end)
{
    if (end - bytes < 4 * RANS_STATES)
        return 0;
    for (unsigned state = 0; state < RANS_STATES; state++)
        reader->states[state] = load_u32(bytes + 4 * state);
    reader->next = bytes + 4 * RANS_STATES;
    reader->end = end;
    return 1;
}

int rans_reader_is_done(const rans_reader *reader)
{
    for (unsigned state = 0; state < RANS_STATES; state++)
        if (reader->states[state] != RANS_LOWEST)
            return 0;
    return reader->next == reader->end;
}
