/*
 * letter_case.c - a word with a capital, or in capitals, is the same word to a codebook: "The" and "the" share an entry, and a flag
 * says which of them is meant.
 *
 * The problem is to fold case so that the flag alone brings every byte back, whatever the bytes are. Two rules make it simple. Only
 * pairs of letters of the same number of bytes are folded, so that words change in place and positions never move: sharp s, final
 * sigma and the dotted capital I count as letters without case. And a word is folded only if one of two flags, title or upper,
 * restores it: "McDonald" stays as it is and is a word of its own.
 *
 * The pairs are ranges of alphabets in common use, searched from front to back, the commonest first; a few comparisons rule out the
 * scripts without case before. The functions of a C library are no help: they depend on the locale and change with the version, and
 * what letter_case_apply does is part of the format.
 */
#include "text/letter_case.h"

#include "text/letters.h"

#include <string.h>

/*
 * Upper-case letters from `first` to `last`, every one or every other one; the lower-case letter is `distance` further. The
 * commonest scripts come first. Both letters of a pair take the same number of bytes, and no letter is in two pairs.
 */
typedef struct case_range {
    uint16_t first;
    uint16_t last;
    int16_t distance;
    uint16_t step;
} case_range;

/* clang-format off */
static const case_range case_ranges[] = {
    {0x00C0, 0x00D6, 32, 1},   {0x00D8, 0x00DE, 32, 1},                            /* Latin-1 */
    {0x0410, 0x042F, 32, 1},   {0x0400, 0x040F, 80, 1},                            /* Cyrillic */
    {0x0391, 0x03A1, 32, 1},   {0x03A3, 0x03AB, 32, 1},                            /* Greek */
    {0x0386, 0x0386, 38, 1},   {0x0388, 0x038A, 37, 1},                            /* Greek with accents */
    {0x038C, 0x038C, 64, 1},   {0x038E, 0x038F, 63, 1},
    {0x0100, 0x012E, 1, 2},    {0x0132, 0x0136, 1, 2},   {0x0139, 0x0147, 1, 2},   /* Latin Extended-A */
    {0x014A, 0x0176, 1, 2},    {0x0178, 0x0178, -121, 1}, {0x0179, 0x017D, 1, 2},
    {0x0490, 0x04BE, 1, 2},    {0x0460, 0x0480, 1, 2},   {0x048A, 0x048E, 1, 2},   /* Cyrillic of other languages */
    {0x04C0, 0x04C0, 15, 1},   {0x04C1, 0x04CD, 1, 2},   {0x04D0, 0x052E, 1, 2},
    {0x0531, 0x0556, 48, 1},                                                       /* Armenian */
    {0x018F, 0x018F, 202, 1},  {0x01A0, 0x01A4, 1, 2},   {0x01AF, 0x01AF, 1, 1},   /* Latin Extended-B: Azerbaijani, */
    {0x01CD, 0x01DB, 1, 2},    {0x01DE, 0x01EE, 1, 2},   {0x01F8, 0x021E, 1, 2},   /* Vietnamese, Pinyin, Romanian */
    {0x0222, 0x0232, 1, 2},
    {0x1EA0, 0x1EFE, 1, 2},    {0x1E00, 0x1E94, 1, 2},                             /* Latin Extended Additional: Vietnamese */
    {0xFF21, 0xFF3A, 32, 1},                                                       /* full-width Latin */
};
/* clang-format on */

enum { CASE_RANGE_COUNT = sizeof case_ranges / sizeof *case_ranges };

/* ---- code points ---------------------------------------------------------------------------------------------------- */

static int is_continuation(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

static size_t read_long_sequence(const uint8_t *bytes, size_t size, uint32_t *code_point)
{
    if (size < 3 || bytes[0] > 0xF4 || !is_continuation(bytes[1]) || !is_continuation(bytes[2]))
        return 0;
    const uint32_t tail = (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
    if (bytes[0] < 0xF0) {
        *code_point = (bytes[0] & 0x0Fu) << 12 | tail;
        return *code_point < 0x800 || (*code_point >= 0xD800 && *code_point < 0xE000) ? 0 : 3;
    }
    if (size < 4 || !is_continuation(bytes[3]))
        return 0;
    *code_point = (bytes[0] & 0x07u) << 18 | tail << 6 | (bytes[3] & 0x3Fu);
    return *code_point < 0x10000 || *code_point > 0x10FFFF ? 0 : 4;
}

size_t read_code_point(const uint8_t *bytes, size_t size, uint32_t *code_point)
{
    if (bytes[0] < 0x80) {
        *code_point = bytes[0];
        return 1;
    }
    if (bytes[0] >= 0xE0)
        return read_long_sequence(bytes, size, code_point);
    if (bytes[0] < 0xC2 || size < 2 || !is_continuation(bytes[1]))
        return 0;
    *code_point = (bytes[0] & 0x1Fu) << 6 | (bytes[1] & 0x3Fu);
    return 2;
}

/* Writes over a code point of the same length, from U+0080 to U+FFFF. */
static void write_code_point(uint8_t *bytes, size_t size, uint32_t code_point)
{
    bytes[size - 1] = (uint8_t)(0x80 | (code_point & 0x3F));
    if (size == 2) {
        bytes[0] = (uint8_t)(0xC0 | code_point >> 6);
        return;
    }
    bytes[1] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
    bytes[0] = (uint8_t)(0xE0 | code_point >> 12);
}

/* ---- case ------------------------------------------------------------------------------------------------------------ */

static int is_in_range(const case_range *range, uint32_t code_point)
{
    return code_point >= range->first && code_point <= range->last && (code_point - range->first) % range->step == 0;
}

/* Whether the code point has case and, if so, the letter of the other case. */
static letter_case find_case(uint32_t code_point, uint32_t *other)
{
    if (code_point < 0x80) {
        *other = code_point ^ 0x20;
        return is_upper((uint8_t)code_point) ? LETTER_UPPER : is_lower((uint8_t)code_point) ? LETTER_LOWER : LETTER_CASELESS;
    }
    if (code_point < 0xC0 || (code_point >= 0x590 && code_point < 0x1E00) || (code_point >= 0x1F00 && code_point < 0xFF21))
        return LETTER_CASELESS;
    for (size_t i = 0; i < CASE_RANGE_COUNT; i++) {
        const uint32_t distance = (uint32_t)case_ranges[i].distance;
        if (is_in_range(&case_ranges[i], code_point)) {
            *other = code_point + distance;
            return LETTER_UPPER;
        }
        if (is_in_range(&case_ranges[i], code_point - distance)) {
            *other = code_point - distance;
            return LETTER_LOWER;
        }
    }
    return LETTER_CASELESS;
}

letter_case letter_case_of(uint32_t code_point)
{
    uint32_t other;
    return find_case(code_point, &other);
}

/* Gives the letter at `bytes` the other case if it is of case `from`. Returns its length; that of an invalid byte is 1. */
static size_t switch_letter(uint8_t *bytes, size_t size, letter_case from)
{
    uint32_t code_point;
    uint32_t other;
    const size_t length = read_code_point(bytes, size, &code_point);
    if (length == 0)
        return 1;
    if (find_case(code_point, &other) == from) {
        if (length == 1)
            bytes[0] = (uint8_t)other;
        else
            write_code_point(bytes, length, other);
    }
    return length;
}

void letter_case_apply(uint8_t *word, size_t size, unsigned case_flag)
{
    if (size == 0 || (case_flag != CASE_TITLE && case_flag != CASE_UPPER))
        return;
    size_t position = switch_letter(word, size, LETTER_LOWER);
    while (case_flag == CASE_UPPER && position < size)
        position += switch_letter(word + position, size - position, LETTER_LOWER);
}

/* The case of the word as a whole: a flag, or CASE_AS_IS. */
static unsigned find_case_flag(const uint8_t *word, size_t size)
{
    size_t counts[3] = {0};
    letter_case first = LETTER_CASELESS;
    for (size_t position = 0; position < size;) {
        uint32_t code_point;
        const size_t length = read_code_point(word + position, size - position, &code_point);
        const letter_case kind = length == 0 ? LETTER_CASELESS : letter_case_of(code_point);
        if (position == 0)
            first = kind;
        counts[kind]++;
        position += length == 0 ? 1 : length;
    }
    if (counts[LETTER_UPPER] >= 2 && counts[LETTER_LOWER] == 0)
        return CASE_UPPER;
    return first == LETTER_UPPER && counts[LETTER_UPPER] == 1 ? CASE_TITLE : CASE_AS_IS;
}

unsigned letter_case_fold(uint8_t *word, size_t size)
{
    const unsigned flag = find_case_flag(word, size);
    if (flag == CASE_AS_IS)
        return flag;
    size_t position = switch_letter(word, size, LETTER_UPPER);
    while (flag == CASE_UPPER && position < size)
        position += switch_letter(word + position, size - position, LETTER_UPPER);
    return flag;
}
