/*
 * match_finder.h - greedy word-level LZ77 over events (paper, section 1.11). Encoder only: no part of it is format. Room
 * engines/paper: the published method, as an engine; it may use base, text, books, coding and the headers in engines.
 */
#ifndef QCZ_ENGINES_PAPER_MATCH_FINDER_H
#define QCZ_ENGINES_PAPER_MATCH_FINDER_H

#include "engines/paper/event_model.h"

typedef struct match_finder {
    const uint8_t *levels;
    const uint16_t *indexes;
    size_t event_count;
    uint32_t *latest;  /* by hash of three events: the last such start, plus one */
    uint32_t *earlier; /* by event: the start before it with the same hash, plus one */
    uint32_t hash_bits;
} match_finder;

/* Errors: QCZ_ERROR_MEMORY; then there is nothing to free. */
qcz_status match_finder_start(match_finder *finder, const uint8_t *levels, const uint16_t *indexes, size_t event_count);
void match_finder_free(match_finder *finder);

/*
 * The longest match of the events at `position` among the last four starts that share their hash, else length 0. Remembers
 * `position` as a start. Escapes match any escape: their bytes are in the escape stream.
 */
event_match match_finder_find(match_finder *finder, size_t position);

#endif
