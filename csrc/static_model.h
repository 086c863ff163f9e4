/*
 * static_model.h - symbols coded by frequencies that are transmitted, one set a context: rANS (J. Duda, arXiv 1311.2540), several
 * states over one stream. FORMAT.md, "Static models".
 */
#ifndef QCZ_STATIC_MODEL_H
#define QCZ_STATIC_MODEL_H

#include "bit_io.h"

enum {
    RANS_LOWEST = 1 << 16,     /* a state is at least that between symbols, and takes 16 bits at a time */
    RANS_STATES = 4,
    SLOT_FREQUENCY_BITS = 11,  /* of an entry of the decoding table: symbol, start or offset, frequency */
    SLOT_MAX_FREQUENCY = (1 << SLOT_FREQUENCY_BITS) - 1,
    STATIC_MAX_SYMBOLS = 1 << 10
};

typedef struct static_shape {
    uint32_t context_count;
    uint32_t symbol_count; /* at most STATIC_MAX_SYMBOLS */
    unsigned table_bits;   /* frequencies of a context sum up to 2^table_bits; 9 .. 12 */
} static_shape;

/* ---- encoder ------------------------------------------------------------------------------------------------------- */

/* Counts first, then frequencies: context_count * symbol_count. */
typedef struct static_counts {
    static_shape shape;
    uint32_t *counts;
} static_counts;

int static_counts_start(static_counts *model, const static_shape *shape);
void static_counts_free(static_counts *model);

/* Makes frequencies of the counts, none above SLOT_MAX_FREQUENCY, and writes them. A context never used has none. */
void static_counts_normalise(static_counts *model, bit_writer *bits);

/* A symbol to be coded: which model, in what context. They are coded last to first. */
typedef struct static_symbol {
    uint16_t context;
    uint16_t symbol : 12;
    uint16_t model : 4;
} static_symbol;

/* Codes symbols of models that are normalised; state number model % RANS_STATES. Returns 0 if there is no memory. */
int static_encode(const static_symbol *symbols, size_t count, const static_counts *models, qcz_buffer *output);

/* ---- decoder ------------------------------------------------------------------------------------------------------- */

typedef struct static_model {
    unsigned table_bits;
    uint32_t *slots; /* context_count << table_bits: symbol << 22 | offset in its range << 11 | frequency */
} static_model;

/* Entries of all slots. */
size_t static_model_slots(const static_shape *shape);
/* Reads frequencies into `model->slots`, which the caller provides. Returns 0 if they are malformed. */
int static_model_read(static_model *model, const static_shape *shape, bit_reader *bits);

enum { RANS_PADDING = 512 }; /* bytes behind the stream that may be read before the next rans_overran */

typedef struct rans_reader {
    uint32_t states[RANS_STATES];
    const uint8_t *next;
    const uint8_t *end;
} rans_reader;

/* Returns 0 if the stream is too short. RANS_PADDING bytes behind `end` have to be readable. */
int rans_reader_start(rans_reader *reader, const uint8_t *bytes, const uint8_t *end);

static inline int rans_overran(const rans_reader *reader)
{
    return reader->next > reader->end;
}

/* After the last symbol all states are as the encoder started them. */
int rans_reader_is_done(const rans_reader *reader);

static inline uint32_t decode_static(rans_reader *reader, unsigned state, const static_model *model, uint32_t context)
{
    const uint32_t before = reader->states[state];
    const unsigned bits = model->table_bits;
    const uint32_t slot = model->slots[(context << bits) + (before & (((uint32_t)1 << bits) - 1))];
    const uint32_t after = (slot & SLOT_MAX_FREQUENCY) * (before >> bits) + (slot >> SLOT_FREQUENCY_BITS & SLOT_MAX_FREQUENCY);
    const uint32_t low = (uint32_t)reader->next[0] | (uint32_t)reader->next[1] << 8;
    const uint32_t is_short = after < RANS_LOWEST;
    reader->next += 2 * is_short;
    reader->states[state] = is_short ? after << 16 | low : after;
    return slot >> (2 * SLOT_FREQUENCY_BITS);
}

#endif
