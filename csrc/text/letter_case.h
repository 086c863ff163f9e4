/*
 * letter_case.h - code points in UTF-8, and upper and lower case where both take the same number of bytes. Room text: a block cut
 * into letters, words and items; it may use base.
 *
 * The pairs of letters are part of the format: what letter_case_apply makes of a word must never change.
 */
#ifndef QCZ_TEXT_LETTER_CASE_H
#define QCZ_TEXT_LETTER_CASE_H

#include "qcz.h"

/* How a word is written. The numbers are part of the format. */
enum { CASE_AS_IS = 0, CASE_TITLE = 1, CASE_UPPER = 2 };

typedef enum letter_case { LETTER_CASELESS, LETTER_LOWER, LETTER_UPPER } letter_case;

/* Caseless, too, is a letter whose other case is of another length, or shared with another letter (sharp s, final sigma). */
letter_case letter_case_of(uint32_t code_point);

/*
 * Reads the code point at `bytes`; `size` is not 0. Returns how many bytes it takes, or 0 if no valid sequence begins there:
 * UTF-8 as in RFC 3629, with no surrogates and no longer forms than needed.
 */
size_t read_code_point(const uint8_t *bytes, size_t size, uint32_t *code_point);

/*
 * Applies a case flag in place to a folded word: CASE_TITLE to its first letter, CASE_UPPER to all; any other flag does
 * nothing. Takes any bytes, and leaves as they are those that are no lower-case letter.
 */
void letter_case_apply(uint8_t *word, size_t size, unsigned case_flag);

/* Lower-cases a word in place if a flag can bring it back, and returns that flag: letter_case_apply then restores the bytes. */
unsigned letter_case_fold(uint8_t *word, size_t size);

#endif
