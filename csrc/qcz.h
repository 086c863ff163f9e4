/*
 * qcz.h - the C engine of quasicryth: blocks in, blocks out.
 *
 * The engine knows words, models and one block at a time. It knows no files, no frames and no Python. It keeps no state
 * between calls, so any number of threads may call it, each with its own arguments. Sizes are bytes unless a name says
 * otherwise; a pointer to no bytes at all still has to point somewhere. The layout of every stream is specified in FORMAT.md,
 * sections "Paper block", "Mix block" and "Fast block".
 */
#ifndef QCZ_H
#define QCZ_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors ------------------------------------------------------------------------------------------------------ */

/* Values are stable: a new error takes an unused number. */
typedef enum qcz_status {
    QCZ_OK = 0,
    QCZ_ERROR_CORRUPT = 10,   /* the bytes cannot come from an encoder */
    QCZ_ERROR_LIMIT = 20,     /* a limit of the format or of the caller would be exceeded */
    QCZ_ERROR_MEMORY = 30,    /* an allocation failed */
    QCZ_ERROR_PARAMETER = 40, /* an argument is out of range */
    QCZ_ERROR_NOT_TEXT = 50   /* the block is so unlike text that the engine does not take it */
} qcz_status;

/* Where and why a call failed. `message` is a constant string; `offset` counts bytes from the start of the block payload. */
typedef struct qcz_error {
    qcz_status status;
    const char *message;
    size_t offset;
} qcz_error;

/* ---- limits ------------------------------------------------------------------------------------------------------ */

enum { QCZ_MAX_BLOCK_SIZE = 1 << 30 }; /* uncompressed bytes of a block */

/* ---- checksum ---------------------------------------------------------------------------------------------------- */

/* Running XXH64 (public specification, version 0.2). */
typedef struct qcz_xxh64 {
    uint64_t lanes[4];
    uint64_t seed;
    uint64_t total_size;
    uint8_t pending[32];
    uint32_t pending_size;
} qcz_xxh64;

void qcz_xxh64_start(qcz_xxh64 *state, uint64_t seed);
void qcz_xxh64_update(qcz_xxh64 *state, const uint8_t *bytes, size_t size);
/* Does not change the state: more bytes may follow. */
uint64_t qcz_xxh64_digest(const qcz_xxh64 *state);

/*
 * Whether `computed` is the checksum that data states: 1 or 0. Built with QCZ_SKIP_CHECKSUMS, for fuzzing only, always 1, so that
 * mutated data reaches the code that checksums keep it from.
 */
int qcz_checksum_matches(uint64_t computed, uint64_t stated);

/* ---- bytes out ----------------------------------------------------------------------------------------------------- */

/* Bytes handed out by the engine; free with qcz_buffer_free. */
typedef struct qcz_buffer {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    qcz_status status; /* the first failure of those who wrote to it */
} qcz_buffer;

void qcz_buffer_free(qcz_buffer *buffer);

/* ---- processors ---------------------------------------------------------------------------------------------------- */

/* The compilations of the mixing engine. All give the same bytes; which of them there are depends on build and processor. */
typedef enum qcz_cpu_path {
    QCZ_CPU_FASTEST,
    QCZ_CPU_PORTABLE,
    QCZ_CPU_SSE41,
    QCZ_CPU_AVX2,
    QCZ_CPU_AVX512,
    QCZ_CPU_NEON
} qcz_cpu_path;

int qcz_cpu_has(qcz_cpu_path path);

#ifdef __cplusplus
}
#endif

#endif
