/* context_clusters.h - which contexts share a table of frequencies. Encoder only: the choice is transmitted. */
#ifndef QCZ_ENGINES_FAST_CONTEXT_CLUSTERS_H
#define QCZ_ENGINES_FAST_CONTEXT_CLUSTERS_H

#include <stdint.h>

/*
 * `counts` has symbol_count numbers for each context. Gives each context a table, so that what all contexts and tables cost
 * together is low; contexts without counts have table 0. There are 1 .. most_tables tables, 256 at most. Integers only.
 * Returns 0 if there is no memory.
 */
int context_clusters_find(const uint32_t *counts, uint32_t context_count, uint32_t symbol_count, uint32_t most_tables,
                          uint8_t *table_of, uint32_t *table_count);

#endif
