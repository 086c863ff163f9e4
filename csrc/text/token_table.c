#include "text/token_table.h"

#include "base/bytes.h"

#include <stdlib.h>

enum { FIRST_SLOT_COUNT = 1024 }; /* 8 kB, which are cleared even for a block of one word */

uint64_t token_hash_seed(const uint8_t *block, size_t size)
{
    qcz_xxh64 state;
    qcz_xxh64_start(&state, 0);
    qcz_xxh64_update(&state, block, size);
    return qcz_xxh64_digest(&state);
}

/* The finaliser of MurmurHash3 (A. Appleby, public domain): every bit of the input moves every bit of the output. */
static uint64_t mix_bits(uint64_t bits)
{
    bits = (bits ^ bits >> 33) * 0xFF51AFD7ED558CCDu;
    bits = (bits ^ bits >> 33) * 0xC4CEB9FE1A85EC53u;
    return bits ^ bits >> 33;
}

/* At most eight bytes as a number, different for different bytes of one size. */
static uint64_t load_short(const uint8_t *bytes, size_t size)
{
    if (size >= 4)
        return (uint64_t)load_u32(bytes) | (uint64_t)load_u32(bytes + size - 4) << 32;
    if (size == 0)
        return 0;
    return (uint64_t)bytes[0] | (uint64_t)bytes[size / 2] << 8 | (uint64_t)bytes[size - 1] << 16;
}

uint32_t token_hash(const uint8_t *bytes, size_t size, uint64_t seed)
{
    uint64_t hash = mix_bits(seed + size);
    for (; size > 8; bytes += 8, size -= 8)
        hash = mix_bits(hash ^ load_u64(bytes));
    return (uint32_t)mix_bits(hash ^ load_short(bytes, size));
}

qcz_status token_table_start(token_table *table)
{
    *table = (token_table){.slots = calloc(FIRST_SLOT_COUNT, sizeof *table->slots), .slot_count = FIRST_SLOT_COUNT};
    return table->slots != NULL ? QCZ_OK : QCZ_ERROR_MEMORY;
}

void token_table_free(token_table *table)
{
    free(table->slots);
    *table = (token_table){0};
}

static qcz_status grow_slots(token_table *table)
{
    token_table grown = {.slot_count = table->slot_count * 2, .token_count = table->token_count};
    grown.slots = calloc(grown.slot_count, sizeof *grown.slots);
    if (grown.slots == NULL)
        return QCZ_ERROR_MEMORY;
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].number == 0)
            continue;
        token_slot *slot = token_table_first(&grown, table->slots[i].hash);
        while (slot->number != 0)
            slot = token_table_next(&grown, slot);
        *slot = table->slots[i];
    }
    free(table->slots);
    *table = grown;
    return QCZ_OK;
}

qcz_status token_table_put(token_table *table, token_slot *slot, uint32_t hash)
{
    table->token_count++;
    *slot = (token_slot){.hash = hash, .number = (uint32_t)table->token_count};
    return table->token_count * 2 <= table->slot_count ? QCZ_OK : grow_slots(table);
}
