#include "engines/fast/static_model.h"

#include "engines/fast/context_clusters.h"

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

static void normalise_table(uint32_t *counts, uint32_t symbol_count, unsigned table_bits)
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
static void write_table(const uint32_t *counts, uint32_t symbol_count, unsigned table_bits, bit_writer *bits)
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

/* The table of each context, in as few bits as their number takes. */
static void write_map(const uint8_t *table_of, uint32_t context_count, uint32_t table_count, bit_writer *bits)
{
    if (context_count == 1)
        return;
    write_gamma(bits, table_count - 1);
    for (uint32_t context = 0; context < context_count; context++)
        write_bits(bits, table_of[context], bit_width_of(table_count - 1));
}

/* Makes ranges of counts, in place. */
static void counts_to_ranges(uint32_t *counts, uint32_t symbol_count)
{
    uint32_t begin = 0;
    for (uint32_t symbol = 0; symbol < symbol_count; symbol++) {
        const uint32_t frequency = counts[symbol];
        counts[symbol] = begin << 16 | frequency;
        begin += frequency;
    }
}

int static_tables_make(static_tables *tables, const static_counts *counts, uint32_t most_tables, bit_writer *bits)
{
    const static_shape *shape = &counts->shape;
    const uint32_t symbol_count = shape->symbol_count;
    uint32_t table_count;
    tables->shape = *shape;
    tables->table_of = calloc(shape->context_count, 1);
    if (tables->table_of == NULL ||
        !context_clusters_find(counts->counts, shape->context_count, symbol_count, most_tables, tables->table_of, &table_count))
        return 0;
    tables->ranges = calloc((size_t)table_count * symbol_count, sizeof *tables->ranges);
    if (tables->ranges == NULL)
        return 0;
    for (uint32_t context = 0; context < shape->context_count; context++)
        for (uint32_t symbol = 0; symbol < symbol_count; symbol++)
            tables->ranges[(size_t)tables->table_of[context] * symbol_count + symbol] +=
                counts->counts[(size_t)context * symbol_count + symbol];
    write_map(tables->table_of, shape->context_count, table_count, bits);
    for (uint32_t table = 0; table < table_count; table++) {
        uint32_t *ranges = tables->ranges + (size_t)table * symbol_count;
        normalise_table(ranges, symbol_count, shape->table_bits);
        write_table(ranges, symbol_count, shape->table_bits, bits);
        counts_to_ranges(ranges, symbol_count);
    }
    return 1;
}

void static_tables_free(static_tables *tables)
{
    free(tables->table_of);
    free(tables->ranges);
}

/* The stream is filled from its end. */
static size_t encode_backwards(const static_symbol *symbols, size_t count, const static_tables *tables, uint32_t states[RANS_STATES],
                               uint16_t *words, size_t word_count)
{
    size_t place = word_count;
    for (size_t i = count; i-- > 0;) {
        const static_tables *model = &tables[symbols[i].model];
        const uint32_t range = model->ranges[model->table_of[symbols[i].context] * model->shape.symbol_count + symbols[i].symbol];
        const uint32_t frequency = range & 0xFFFF;
        const unsigned bits = model->shape.table_bits;
        uint32_t state = states[symbols[i].model % RANS_STATES];
        if (state >> (32 - bits) >= frequency) {
            words[--place] = (uint16_t)state;
            state >>= 16;
        }
        states[symbols[i].model % RANS_STATES] = (state / frequency << bits) + state % frequency + (range >> 16);
    }
    return place;
}

static int put_stream(const uint32_t states[RANS_STATES], const uint16_t *words, size_t word_count, qcz_buffer *output)
{
    if (buffer_reserve(output, 4 * RANS_STATES + 2 * word_count) != QCZ_OK)
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

int static_encode(const static_symbol *symbols, size_t count, const static_tables *tables, qcz_buffer *output)
{
    uint32_t states[RANS_STATES] = {RANS_LOWEST, RANS_LOWEST, RANS_LOWEST, RANS_LOWEST};
    uint16_t *words = allocate_array(count + 1, sizeof *words);
    if (words == NULL)
        return 0;
    const size_t place = encode_backwards(symbols, count, tables, states, words, count + 1);
    const int complete = put_stream(states, words + place, count + 1 - place, output);
    free(words);
    return complete;
}

/* ---- decoder ------------------------------------------------------------------------------------------------------- */

size_t static_model_slots(const static_shape *shape)
{
    return (size_t)shape->most_tables << shape->table_bits;
}

void static_model_fill(uint32_t *slots, uint32_t symbol, uint32_t frequency)
{
    for (uint32_t offset = 0; offset < frequency; offset++)
        slots[offset] = symbol << (2 * SLOT_FREQUENCY_BITS) | offset << SLOT_FREQUENCY_BITS | frequency;
}

static int read_table(uint32_t *slots, const static_shape *shape, bit_reader *bits)
{
    const uint32_t total = (uint32_t)1 << shape->table_bits;
    /* Half each for two symbols where nothing is ever coded: a slot has to hold something. */
    if (read_bits(bits, 1) == 0) {
        static_model_fill(slots, 0, total / 4);
        static_model_fill(slots + total / 4, 0, total / 4);
        static_model_fill(slots + total / 2, 0, total / 4);
        static_model_fill(slots + total / 4 * 3, 0, total / 4);
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
        static_model_fill(slots + filled, symbol, frequency + 1);
        filled += frequency + 1;
    }
    return 1;
}

/* Returns the number of tables, or 0 if the map is malformed. */
static uint32_t read_map(static_model *model, const static_shape *shape, bit_reader *bits)
{
    const uint32_t count = shape->context_count > 1 ? read_gamma(bits) + 1 : 1;
    if (count > shape->most_tables)
        return 0;
    for (uint32_t context = 0; context < shape->context_count; context++) {
        const uint32_t table = read_bits(bits, bit_width_of(count - 1));
        if (table >= count)
            return 0;
        model->first_slots[context] = table << shape->table_bits;
    }
    return count;
}

int static_model_read(static_model *model, const static_shape *shape, bit_reader *bits)
{
    model->table_bits = shape->table_bits;
    const uint32_t count = read_map(model, shape, bits);
    for (uint32_t table = 0; table < count; table++)
        if (!read_table(model->slots + ((size_t)table << shape->table_bits), shape, bits) || bits_overran(bits))
            return 0;
    return count > 0;
}

int rans_reader_start(rans_reader *reader, const uint8_t *bytes, const uint8_t *end, uint8_t *last)
{
    const size_t size = (size_t)(end - bytes);
    if (size < 4 * RANS_STATES)
        return 0;
    const size_t kept = size < RANS_PADDING ? size : RANS_PADDING;
    memcpy(last, end - kept, kept);
    if (kept == size)
        *reader = (rans_reader){.next = last, .end = last + size};
    else
        *reader = (rans_reader){.next = bytes, .end = end - kept, .last = last};
    for (unsigned state = 0; state < RANS_STATES; state++, reader->next += 4)
        reader->states[state] = load_u32(reader->next);
    return 1;
}

int rans_reader_is_done(const rans_reader *reader)
{
    for (unsigned state = 0; state < RANS_STATES; state++)
        if (reader->states[state] != RANS_LOWEST)
            return 0;
    return reader->last == NULL && reader->next == reader->end;
}
