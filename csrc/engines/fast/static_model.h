/*
 * static_model.h - symbols coded by frequencies that are transmitted, in tables that contexts share: rANS (J. Duda, arXiv 1311.2540),
 * several states over one stream. FORMAT.md, sections "Symbols" and "Tables".
 */
#ifndef QCZ_ENGINES_FAST_STATIC_MODEL_H
#define QCZ_ENGINES_FAST_STATIC_MODEL_H

#include "base/bits.h"
#include "base/memory.h"

enum {
    RANS_LOWEST = 1 << 16,     /* a state is at least that between symbols, and takes 16 bits at a time */
    RANS_STATES = 4,
    SLOT_FREQUENCY_BITS = 11,  /* of an entry of the decoding table: symbol, start or offset, frequency */
    SLOT_MAX_FREQUENCY = (1 << SLOT_FREQUENCY_BITS) - 1,
    STATIC_MAX_SYMBOLS = 1 << 10,
    STATIC_MAX_CONTEXTS = 400,
    STATIC_MAX_TABLES = 64
};

typedef struct static_shape {
    uint32_t context_count;
    uint32_t symbol_count; /* at most STATIC_MAX_SYMBOLS */
    uint32_t most_tables;  /* contexts that are alike share a table; at most STATIC_MAX_TABLES */
    unsigned table_bits;   /* frequencies of a table sum up to 2^table_bits; 9 .. 12 */
} static_shape;

/* ---- encoder ------------------------------------------------------------------------------------------------------- */

/* How often each symbol occurs in each context: context_count * symbol_count. */
typedef struct static_counts {
    static_shape shape;
    uint32_t *counts;
} static_counts;

int static_counts_start(static_counts *model, const static_shape *shape);
void static_counts_free(static_counts *model);

/* What symbols are coded by. */
typedef struct static_tables {
    static_shape shape;
    uint8_t *table_of;  /* per context */
    uint32_t *ranges;   /* table count * symbol_count: start << 16 | frequency */
} static_tables;

/*
 * Chooses tables, `most_tables` at most, for what was counted, and writes them. Returns 0 if there is no memory; static_tables_free is
 * due.
 */
int static_tables_make(static_tables *tables, const static_counts *counts, uint32_t most_tables, bit_writer *bits);
void static_tables_free(static_tables *tables);

/* A symbol to be coded: which model, in what context. They are coded last to first. */
typedef struct static_symbol {
    uint16_t context;
    uint16_t symbol : 12;
    uint16_t model : 4;
} static_symbol;

/* Codes symbols by tables[model], with state number model % RANS_STATES. Returns 0 if there is no memory. */
int static_encode(const static_symbol *symbols, size_t count, const static_tables *tables, qcz_buffer *output);

/* ---- decoder ------------------------------------------------------------------------------------------------------- */

typedef struct static_model {
    unsigned table_bits;
    uint32_t *slots;                       /* per table 2^table_bits: symbol << 22 | offset in its range << 11 | frequency */
    uint32_t first_slots[STATIC_MAX_CONTEXTS]; /* per context: where its table begins */
} static_model;

/* Entries of all slots, at most. */
size_t static_model_slots(const static_shape *shape);
/* Reads tables into `model->slots`, which the caller provides. Returns 0 if they are malformed. */
int static_model_read(static_model *model, const static_shape *shape, bit_reader *bits);

/* A table of one symbol, or a part of one: `frequency` slots, SLOT_MAX_FREQUENCY at most. */
void static_model_fill(uint32_t *slots, uint32_t symbol, uint32_t frequency);

enum { RANS_PADDING = 8192 }; /* bytes that may be read before the next rans_overran */

/* Reads the stream where it lies but for its last bytes, which lie in front of zeros. */
typedef struct rans_reader {
    uint32_t states[RANS_STATES];
    const uint8_t *next;
    const uint8_t *end;
    const uint8_t *last; /* the last RANS_PADDING bytes, where reading goes on at `end`; NULL if `end` is the end */
} rans_reader;

/* Returns 0 if the stream is too short. `last` has 2 * RANS_PADDING bytes, all of them zeros, and is kept by the caller. */
int rans_reader_start(rans_reader *reader, const uint8_t *bytes, const uint8_t *end, uint8_t *last);

/* Whether more was read than there is. To be asked before RANS_PADDING bytes can have been read. */
static inline int rans_overran(rans_reader *reader)
{
    if (reader->next <= reader->end)
        return 0;
    if (reader->last == NULL)
        return 1;
    reader->next = reader->last + (reader->next - reader->end);
    reader->end = reader->last + RANS_PADDING;
    reader->last = NULL;
    return reader->next > reader->end;
}

/* After the last symbol all states are as the encoder started them. */
int rans_reader_is_done(const rans_reader *reader);

/* By the table whose slots begin at number `first_slot`. */
static inline uint32_t decode_by_table(rans_reader *reader, unsigned state, const static_model *model, uint32_t first_slot)
{
    const uint32_t before = reader->states[state];
    const unsigned bits = model->table_bits;
    const uint32_t slot = model->slots[first_slot + (before & (((uint32_t)1 << bits) - 1))];
    const uint32_t after = (slot & SLOT_MAX_FREQUENCY) * (before >> bits) + (slot >> SLOT_FREQUENCY_BITS & SLOT_MAX_FREQUENCY);
    const uint32_t low = (uint32_t)reader->next[0] | (uint32_t)reader->next[1] << 8;
    /* Not a branch: it would be taken one time in a few, without a pattern. */
    const uint32_t is_short = after < RANS_LOWEST;
    reader->next += 2 * is_short;
    reader->states[state] = after << (16 * is_short) | (low & (0 - is_short));
    return slot >> (2 * SLOT_FREQUENCY_BITS);
}

static inline uint32_t decode_static(rans_reader *reader, unsigned state, const static_model *model, uint32_t context)
{
    return decode_by_table(reader, state, model, model->first_slots[context]);
}

#endif
