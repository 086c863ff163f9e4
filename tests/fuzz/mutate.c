/*
 * mutate.c - a small fuzzer for machines that have gcc only: runs COUNT random mutations of the seed files through a fuzz target.
 *
 *     gcc -std=c11 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -Icsrc tests/fuzz/targets/decode_paper_block.c \
 *         tests/fuzz/mutate.c csrc/[a-z]*.c -o mutate
 *     ./mutate SEED COUNT SEED_FILE...
 *
 * The same arguments make the same inputs. Input i depends on SEED + i alone: where SEED and COUNT fail but COUNT - 1 does not, the
 * culprit is `mutate SEED+COUNT-1 1` with the same files. Seed files have the shape that the fuzz target says.
 */
#include "targets/fuzz_target.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_INPUT_SIZE = 1 << 17,
    MAX_EDITS = 4,
    MAX_PIECE = 64,
    MAX_VARINT_SIZE = 5
};

typedef struct seed_file {
    uint8_t *bytes;
    size_t size;
} seed_file;

typedef struct seed_files {
    seed_file *files;
    size_t count;
} seed_files;

/* The input that is being made. */
typedef struct input {
    size_t size;
    uint8_t bytes[MAX_INPUT_SIZE];
} input;

/* ---- random numbers -------------------------------------------------------------------------------------------------- */

typedef struct random_source {
    uint64_t state;
} random_source;

/* SplitMix64: any seed is as good as any other, also one that is the seed before plus 1. */
static uint64_t next_random(random_source *source)
{
    source->state += 0x9E3779B97F4A7C15u;
    uint64_t value = source->state;
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

/* Below `limit`, which is not 0; the bias of the remainder does no harm here. */
static size_t random_below(random_source *source, size_t limit)
{
    return (size_t)(next_random(source) % limit);
}

/* Small numbers and those around a limit of the format are as likely as large ones. */
static uint32_t random_number(random_source *source, uint32_t old)
{
    static const uint32_t limits[] = {0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 1u << 20, 1u << 30, UINT32_MAX};
    switch (random_below(source, 4)) {
    case 0:
        return limits[random_below(source, sizeof limits / sizeof *limits)];
    case 1:
        return old + (uint32_t)random_below(source, 5) - 2;
    case 2:
        return (uint32_t)(old * 2 >> random_below(source, 3));
    default:
        return (uint32_t)(next_random(source) >> (32 + random_below(source, 32)));
    }
}

/* ---- edits ----------------------------------------------------------------------------------------------------------- */

/* Puts `piece` in place of `removed` bytes at `start`; does nothing where the result would be too large. */
static void replace_range(input *made, size_t start, size_t removed, const uint8_t *piece, size_t piece_size)
{
    if (made->size - removed + piece_size > MAX_INPUT_SIZE)
        return;
    memmove(made->bytes + start + piece_size, made->bytes + start + removed, made->size - start - removed);
    if (piece_size > 0)
        memcpy(made->bytes + start, piece, piece_size);
    made->size = made->size - removed + piece_size;
}

static void flip_bit(input *made, random_source *source)
{
    if (made->size > 0)
        made->bytes[random_below(source, made->size)] ^= (uint8_t)(1u << random_below(source, 8));
}

static void change_byte(input *made, random_source *source)
{
    if (made->size > 0)
        made->bytes[random_below(source, made->size)] = (uint8_t)next_random(source);
}

static void truncate_input(input *made, random_source *source)
{
    made->size = random_below(source, made->size + 1);
}

/* Copies a piece of any seed file over, or between, the bytes at a random place. */
static void splice(input *made, random_source *source, const seed_files *seeds)
{
    const seed_file *donor = &seeds->files[random_below(source, seeds->count)];
    const size_t from = random_below(source, donor->size + 1);
    const size_t most = donor->size - from < MAX_PIECE ? donor->size - from : MAX_PIECE;
    const size_t size = random_below(source, most + 1);
    const size_t start = random_below(source, made->size + 1);
    const size_t left = made->size - start;
    const size_t removed = random_below(source, 2) ? 0 : (size < left ? size : left);
    replace_range(made, start, removed, donor->bytes + from, size);
}

static void remove_piece(input *made, random_source *source)
{
    const size_t start = random_below(source, made->size + 1);
    const size_t left = made->size - start;
    replace_range(made, start, random_below(source, (left < MAX_PIECE ? left : MAX_PIECE) + 1), NULL, 0);
}

static void change_raw_size(input *made, random_source *source)
{
    if (made->size < RAW_SIZE_BYTES)
        return;
    const uint32_t old = (uint32_t)made->bytes[0] | (uint32_t)made->bytes[1] << 8 | (uint32_t)made->bytes[2] << 16;
    const uint32_t changed = random_number(source, old);
    for (unsigned i = 0; i < RAW_SIZE_BYTES; i++)
        made->bytes[i] = (uint8_t)(changed >> (8 * i));
}

/* ---- numbers of the header ------------------------------------------------------------------------------------------- */

/* A varint at `start`; of size 0 if there is none. */
typedef struct number {
    size_t start;
    size_t size;
    uint32_t value;
} number;

static number read_number(const input *made, size_t start)
{
    number found = {.start = start};
    for (size_t size = 0; size < MAX_VARINT_SIZE && start + size < made->size; size++) {
        const uint8_t byte = made->bytes[start + size];
        found.value |= (uint32_t)(byte & 0x7Fu) << (7 * size);
        if (byte < 0x80) {
            found.size = size + 1;
            return found;
        }
    }
    return found;
}

static number find_number(const input *made, size_t index)
{
    number found = read_number(made, fuzz_target_shape.first_number);
    for (size_t i = 0; i < index && found.size > 0; i++)
        found = read_number(made, found.start + found.size);
    return found;
}

static size_t write_varint(uint32_t value, uint8_t bytes[MAX_VARINT_SIZE])
{
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[size++] = (uint8_t)(value | 0x80);
    bytes[size++] = (uint8_t)value;
    return size;
}

static void replace_number(input *made, number old, uint32_t value)
{
    uint8_t bytes[MAX_VARINT_SIZE];
    const size_t size = write_varint(value, bytes);
    replace_range(made, old.start, old.size, bytes, size);
}

/* Makes the sizes of the streams, if there are any, add up again, so that more than the check of their sum is reached. */
static void repair_stream_sizes(input *made)
{
    const size_t count = fuzz_target_shape.number_count;
    const number last = find_number(made, count - 1);
    if (last.size == 0 || fuzz_target_shape.first_stream_size == count)
        return;
    uint64_t others = 0;
    for (size_t i = fuzz_target_shape.first_stream_size; i + 1 < count; i++)
        others += find_number(made, i).value;
    const size_t rest = made->size - last.start - last.size;
    if (others <= rest)
        replace_number(made, last, (uint32_t)(rest - others));
}

static void change_number(input *made, random_source *source)
{
    const number old = find_number(made, random_below(source, fuzz_target_shape.number_count));
    if (old.size > 0)
        replace_number(made, old, random_number(source, old.value));
}

/* ---- one input ------------------------------------------------------------------------------------------------------- */

static void edit(input *made, random_source *source, const seed_files *seeds)
{
    switch (random_below(source, 9)) {
    case 0:
        truncate_input(made, source);
        break;
    case 1:
        remove_piece(made, source);
        break;
    case 2:
        splice(made, source, seeds);
        break;
    case 3:
        change_raw_size(made, source);
        break;
    case 4:
    case 5:
        change_number(made, source);
        break;
    case 6:
        change_byte(made, source);
        break;
    default:
        flip_bit(made, source);
    }
}

static void make_input(input *made, random_source *source, const seed_files *seeds)
{
    const seed_file *seed = &seeds->files[random_below(source, seeds->count)];
    made->size = 0;
    replace_range(made, 0, 0, seed->bytes, seed->size);
    for (size_t left = 1 + random_below(source, MAX_EDITS); left > 0; left--)
        edit(made, source, seeds);
    if (random_below(source, 4) != 0)
        repair_stream_sizes(made);
}

/* A copy of exactly the input's size, so that a sanitizer sees a read past it. Returns 0 without memory. */
static int run_input(const input *made)
{
    uint8_t *bytes = malloc(made->size > 0 ? made->size : 1);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, made->bytes, made->size);
    LLVMFuzzerTestOneInput(bytes, made->size);
    free(bytes);
    return 1;
}

/* Returns how many inputs ran. */
static uint64_t run_all(const seed_files *seeds, uint64_t first_seed, uint64_t count)
{
    input *made = malloc(sizeof *made);
    uint64_t done = 0;
    for (int running = made != NULL; running && done < count; done += running != 0) {
        random_source source = {.state = first_seed + done};
        make_input(made, &source, seeds);
        running = run_input(made);
    }
    free(made);
    return done;
}

/* ---- command line ---------------------------------------------------------------------------------------------------- */

static int read_seed(const char *path, seed_file *seed)
{
    FILE *file = fopen(path, "rb");
    seed->bytes = malloc(MAX_INPUT_SIZE);
    if (file != NULL && seed->bytes != NULL)
        seed->size = fread(seed->bytes, 1, MAX_INPUT_SIZE, file);
    const int complete = file != NULL && seed->bytes != NULL && fgetc(file) == EOF && !ferror(file);
    if (file != NULL)
        fclose(file);
    if (!complete)
        fprintf(stderr, "mutate: %s cannot be read, or is larger than %d bytes\n", path, MAX_INPUT_SIZE);
    return complete;
}

static int read_seeds(seed_files *seeds, char **paths, size_t count)
{
    *seeds = (seed_files){.files = calloc(count, sizeof *seeds->files)};
    int readable = seeds->files != NULL;
    while (readable && seeds->count < count) {
        readable = read_seed(paths[seeds->count], &seeds->files[seeds->count]);
        seeds->count++;
    }
    return readable;
}

static void free_seeds(seed_files *seeds)
{
    for (size_t i = 0; i < seeds->count; i++)
        free(seeds->files[i].bytes);
    free(seeds->files);
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 4) {
        fprintf(stderr, "usage: mutate SEED COUNT SEED_FILE...\n");
        return EXIT_FAILURE;
    }
    const uint64_t first_seed = strtoull(arguments[1], NULL, 10);
    const uint64_t count = strtoull(arguments[2], NULL, 10);
    seed_files seeds;
    uint64_t done = 0;
    const int readable = read_seeds(&seeds, arguments + 3, (size_t)argument_count - 3);
    if (readable)
        done = run_all(&seeds, first_seed, count);
    free_seeds(&seeds);
    printf("%" PRIu64 " inputs from seed %" PRIu64 "\n", done, first_seed);
    return readable && done == count ? EXIT_SUCCESS : EXIT_FAILURE;
}
