/*
 * choice_predictor.h - predicts one of up to fifteen choices at once: what levels 4 to 6 of the mixing engine code with.
 *
 * Each context has a distribution over the choices. They are mixed one after another, the least telling first: the distribution so
 * far moves towards that of the next context, by a weight that is learnt for how often the context was seen, how long it has
 * brought the same choice, and whether the context before it brought that choice last, too. A new context starts with the
 * mixture of those before it. All choices are dealt with at once, in vectors. FORMAT.md, "Choices".
 */
#ifndef QCZ_ENGINES_MIX_CHOICE_PREDICTOR_H
#define QCZ_ENGINES_MIX_CHOICE_PREDICTOR_H

#include <stddef.h>
#include <stdint.h>

enum {
    MAX_CHOICES = 15,
    CHOICE_BOUNDS = MAX_CHOICES - 1,
    CHOICE_TOTAL_BITS = 15,
    CHOICE_LAST_BOUND = (1 << CHOICE_TOTAL_BITS) - 1,
    CHOICE_MAX_CONTEXTS = 6,
    CHOICE_DEPTHS = 3,           /* weights are apart for the first, the second and all later choices of a token */
    CHOICE_NEIGHBOURS = 4,       /* the context before has last brought another choice, the same one, or is new; or both are new */
    CHOICE_SEEN_STATES = 256     /* by count and run */
};

/*
 * Half a cache line. The bounds are the cumulative distribution: choice c has what is between bounds[c - 1] and bounds[c], with 0 before
 * the first bound and 32,768 after the last.
 */
typedef struct choice_entry {
    uint16_t check; /* tells apart the contexts that share a bucket; 0 in an entry never used */
    uint16_t state; /* bits 0 .. 3: how often seen, up to 15; 4 .. 7: how often in a row the same, less one; 8 .. 11: the last choice */
    uint16_t bounds[CHOICE_BOUNDS];
} choice_entry;

/* The state of a context not seen yet: its last choice is none. */
enum { CHOICE_STATE_NEW = 15 << 8, CHOICE_COUNT_MASK = 15 };

typedef struct choice_table {
    choice_entry (*buckets)[2]; /* each a cache line */
    unsigned shift;             /* of a hash of 64 bits, to the number of a bucket */
    void *allocation;
} choice_table;

/* Weights are apart by the place of a context in the order and all that they depend on. */
enum {
    CHOICE_WEIGHTS = CHOICE_MAX_CONTEXTS * CHOICE_DEPTHS * CHOICE_NEIGHBOURS * CHOICE_SEEN_STATES,
    CHOICE_RECIPROCALS = 512,
    CHOICE_RECIPROCAL_SHIFT = 6
};

typedef struct choice_predictor {
    choice_table table;
    uint16_t context_weights[CHOICE_WEIGHTS]; /* how far the mixture moves towards it, in 1 / 32,768 */
    uint16_t repeat_weights[CHOICE_WEIGHTS];  /* and in the end towards what the last context that is known brought last */
    uint16_t reciprocals[CHOICE_RECIPROCALS]; /* 2^20 / part, of a part of 32,768 in steps of 64 */
    uint64_t contexts[CHOICE_MAX_CONTEXTS]; /* hashes, set by the caller before each token, the least telling first */
} choice_predictor;

uint64_t choice_predictor_memory(unsigned bucket_bits);
/* Returns 0 if there is no memory; choice_predictor_free is due in either case. */
int choice_predictor_start(choice_predictor *predictor, unsigned bucket_bits);
void choice_predictor_free(choice_predictor *predictor);

#endif
