/*
 * predictor.h - predicts one bit after another by mixing what several contexts know (logistic mixing, as in the PAQ family).
 *
 * For each decision a predictor looks up the node of each context, turns its estimates into inputs, adds the hints of the models
 * that predict a whole symbol, weighs all of it with several sets of weights at once, mixes the results once more, and corrects
 * the outcome with two adaptive probability maps. What it learns from a bit is spread the same way back. FORMAT.md, "Predictor".
 */
#ifndef QCZ_ENGINES_MIX_PREDICTOR_H
#define QCZ_ENGINES_MIX_PREDICTOR_H

#include "engines/mix/context_lines.h"
#include "engines/mix/logistic.h"

enum {
    PREDICTOR_MAX_CONTEXTS = 16,
    PREDICTOR_MAX_HINTS = 4,
    PREDICTOR_MAX_SETS = 5,
    PREDICTOR_MAPS = 2,
    PREDICTOR_EXTRA_INPUTS = 8,                     /* the bias, two for the first hint, one for each other */
    PREDICTOR_MAX_UNITS = 8,                        /* of eight inputs */
    PREDICTOR_MAP_POINTS = 33,
    LEAN_MAP_POINTS = 96,                           /* of predictors with one set: finer, and not interpolated */
    LEAN_MAP_SHIFT = 6,
    LEAN_CONTEXTS = 4,
    PREDICTOR_PATTERNS = 3 * 256                    /* sets chosen by which contexts are known */
};

typedef struct predictor_shape {
    unsigned context_count;                   /* 4, 8 or 16 */
    unsigned set_count;                       /* 1 .. 5 weight sets in use at once; one alone has one map, of LEAN_MAP_POINTS */
    uint32_t set_sizes[PREDICTOR_MAX_SETS];   /* how many sets there are to choose from; 0 stands for PREDICTOR_PATTERNS */
    uint32_t final_sets;                      /* of the mixer of mixers */
    uint32_t map_sizes[PREDICTOR_MAPS];
    unsigned line_bits;                       /* log2 of the lines of the table */
    unsigned rate;                            /* learning rate in 2^-21 */
} predictor_shape;

/* Something predicts a one (sign 1), a zero (-1) or nothing (0), and was right as often as `*trust` says, in 16 bits. */
typedef struct bit_hint {
    uint16_t *trust; /* valid in any case */
    int sign;
} bit_hint;

/* What the caller knows of one decision; numbers of sets and maps are below the sizes in the shape. */
typedef struct bit_decision {
    unsigned node;                         /* in the line: 0 .. 14 */
    uint32_t sets[PREDICTOR_MAX_SETS];     /* ignored for a set of patterns */
    uint32_t final_set;
    uint32_t maps[PREDICTOR_MAPS];
    bit_hint hints[PREDICTOR_MAX_HINTS];
} bit_decision;

typedef struct bit_predictor {
    predictor_shape shape;
    const logistic_tables *logistic;
    line_table lines;
    int16_t *weights;      /* per set: the high halves of the weights of all inputs, then the low halves */
    size_t set_starts[PREDICTOR_MAX_SETS]; /* in sets, from `weights` */
    int32_t *final_weights;
    uint16_t *maps[PREDICTOR_MAPS];
    void *allocation;
    uint64_t contexts[PREDICTOR_MAX_CONTEXTS];     /* hashes, set by the caller before each symbol */
    uint64_t hashes[PREDICTOR_MAX_CONTEXTS];       /* of the lines asked for */
    context_line *group[PREDICTOR_MAX_CONTEXTS];   /* the lines in use */
} bit_predictor;

/*
 * Units of eight inputs. Up to four contexts take two: slow and fast estimates; leanings and the first four hints. More take three for
 * each eight contexts (slow, fast, leanings) and one for the hints, rounded up to a multiple of four.
 */
static inline unsigned input_units(unsigned contexts)
{
    return contexts <= 4 ? 2 : (3 * ((contexts + 7) / 8) + 1 + 3) / 4 * 4;
}

uint64_t predictor_memory(const predictor_shape *shape);
/* Returns 0 if there is no memory; predictor_free is due in either case. `logistic` must live as long. */
int predictor_start(bit_predictor *predictor, const predictor_shape *shape, const logistic_tables *logistic);
void predictor_free(bit_predictor *predictor);

#endif
