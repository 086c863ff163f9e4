/* checksum.c - XXH64, written from the public xxHash specification, version 0.2, section "XXH64". */
#include "qcz.h"

#include "base/bytes.h"

static const uint64_t PRIME_1 = 0x9E3779B185EBCA87u;
static const uint64_t PRIME_2 = 0xC2B2AE3D27D4EB4Fu;
static const uint64_t PRIME_3 = 0x165667B19E3779F9u;
static const uint64_t PRIME_4 = 0x85EBCA77C2B2AE63u;
static const uint64_t PRIME_5 = 0x27D4EB2F165667C5u;

static uint64_t rotate_left(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static uint64_t mix_lane(uint64_t lane, uint64_t input)
{
    return rotate_left(lane + input * PRIME_2, 31) * PRIME_1;
}

static void consume_stripe(uint64_t lanes[4], const uint8_t *stripe)
{
    for (unsigned i = 0; i < 4; i++)
        lanes[i] = mix_lane(lanes[i], load_u64(stripe + 8 * i));
}

void qcz_xxh64_start(qcz_xxh64 *state, uint64_t seed)
{
    *state = (qcz_xxh64){
        .lanes = {seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1},
        .seed = seed,
    };
}

void qcz_xxh64_update(qcz_xxh64 *state, const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return; /* `bytes` may be NULL */
    state->total_size += size;
    if (state->pending_size > 0) {
        const size_t room = 32 - state->pending_size;
        const size_t taken = size < room ? size : room;
        memcpy(state->pending + state->pending_size, bytes, taken);
        state->pending_size += (uint32_t)taken;
        bytes += taken;
        size -= taken;
        if (state->pending_size < 32)
            return;
        consume_stripe(state->lanes, state->pending);
        state->pending_size = 0;
    }
    for (; size >= 32; bytes += 32, size -= 32)
        consume_stripe(state->lanes, bytes);
    memcpy(state->pending, bytes, size);
    state->pending_size = (uint32_t)size;
}

static uint64_t merge_lanes(const uint64_t lanes[4])
{
    uint64_t hash = rotate_left(lanes[0], 1) + rotate_left(lanes[1], 7) + rotate_left(lanes[2], 12) + rotate_left(lanes[3], 18);
    for (unsigned i = 0; i < 4; i++)
        hash = (hash ^ mix_lane(0, lanes[i])) * PRIME_1 + PRIME_4;
    return hash;
}

uint64_t qcz_xxh64_digest(const qcz_xxh64 *state)
{
    uint64_t hash = state->total_size >= 32 ? merge_lanes(state->lanes) : state->seed + PRIME_5;
    hash += state->total_size;
    const uint8_t *next = state->pending;
    uint32_t left = state->pending_size;
    for (; left >= 8; next += 8, left -= 8)
        hash = rotate_left(hash ^ mix_lane(0, load_u64(next)), 27) * PRIME_1 + PRIME_4;
    for (; left >= 4; next += 4, left -= 4)
        hash = rotate_left(hash ^ load_u32(next) * PRIME_1, 23) * PRIME_2 + PRIME_3;
    for (; left > 0; next++, left--)
        hash = rotate_left(hash ^ *next * PRIME_5, 11) * PRIME_1;
    hash = (hash ^ hash >> 33) * PRIME_2;
    hash = (hash ^ hash >> 29) * PRIME_3;
    return hash ^ hash >> 32;
}

int qcz_checksum_matches(uint64_t computed, uint64_t stated)
{
#ifdef QCZ_SKIP_CHECKSUMS
    (void)computed;
    (void)stated;
    return 1;
#else
    return computed == stated;
#endif
}
