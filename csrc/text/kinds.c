#include "text/kinds.h"

#include <string.h>

enum {
    BINARY_TEST_SIZE = 8192, /* as published */
    PIECE_SIZE = 4096,
    MOST_PIECES = 64,
    LEAST_NOISE_SIZE = 4096,
    CONTROLS_SHARE = 64
};

int block_is_binary(const uint8_t *block, size_t size)
{
    return size > 0 && memchr(block, 0, size < BINARY_TEST_SIZE ? size : BINARY_TEST_SIZE) != NULL;
}

/* The control characters of texts are those from bell to carriage return, and escape, which colours the lines of logs. */
static int is_control_of_no_text(unsigned byte)
{
    return (byte > 0 && byte < '\a') || (byte > '\r' && byte < ' ' && byte != 0x1B) || byte == 0x7F;
}

/* Counts the bytes of the pieces that are looked at, and returns how many these are. */
static uint64_t count_bytes(const uint8_t *block, size_t size, uint64_t counts[256])
{
    const size_t spread = size / MOST_PIECES;
    const size_t step = spread > PIECE_SIZE ? spread : PIECE_SIZE;
    uint64_t count = 0;
    memset(counts, 0, 256 * sizeof *counts);
    for (size_t start = 0; start < size; start += step) {
        const size_t left = size - start;
        const size_t piece = left < PIECE_SIZE ? left : PIECE_SIZE;
        for (size_t i = 0; i < piece; i++) {
            counts[block[start + i]]++;
        }
        count += piece;
        if (left <= step) {
            break;
        }
    }
    return count;
}

/* Of n bytes that are all equally likely, the squares of the counts come to n^2 / 256 + n. 11/64 of n^2 / 256 more means that a
 * code for single bytes would save 1/64. */
static int is_noise(const uint64_t counts[256], uint64_t n)
{
    uint64_t squares = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        squares += counts[byte] * counts[byte];
    }
    return n >= LEAST_NOISE_SIZE && 256 * squares <= n * n + n * n / 64 * 11 + 256 * n;
}

block_kind block_kind_of(const uint8_t *block, size_t size)
{
    uint64_t counts[256];
    const uint64_t count = count_bytes(block, size, counts);
    if (is_noise(counts, count)) {
        return BLOCK_OF_NOISE;
    }
    uint64_t controls = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        controls += is_control_of_no_text(byte) ? counts[byte] : 0;
    }
    return controls > 0 && controls * CONTROLS_SHARE >= count ? BLOCK_OF_NUMBERS : BLOCK_OF_TEXT;
}
