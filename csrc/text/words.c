#include "text/words.h"

#include "base/memory.h"
#include "text/letter_case.h"
#include "text/letters.h"

#include <stdlib.h>
#include <string.h>

/* One past the last letter of the word at `start`; `start` itself where the word does not begin with a letter. */
static size_t end_of_letters(const uint8_t *text, size_t size, size_t start)
{
    size_t end = start;
    while (end < size && is_letter(text[end]))
        end++;
    return end;
}

/* A word is a run of letters, or else one byte, and the white space after it. */
static size_t end_of_word(const uint8_t *text, size_t size, size_t start, size_t letters_end)
{
    size_t end = letters_end > start ? letters_end : start + 1;
    while (end < size && is_white_space(text[end]))
        end++;
    return end;
}

static size_t count_words(const uint8_t *text, size_t size)
{
    size_t count = 0;
    for (size_t start = 0; start < size; count++)
        start = end_of_word(text, size, start, end_of_letters(text, size, start));
    return count;
}

/* The flag that brings the letters back once they are in lower case; CASE_AS_IS if none does, or none is needed. */
static uint8_t find_case_flag(const uint8_t *letters, size_t size)
{
    size_t upper_count = 0;
    size_t lower_count = 0;
    for (size_t i = 0; i < size; i++) {
        upper_count += is_upper(letters[i]);
        lower_count += is_lower(letters[i]);
    }
    if (upper_count > 0 && lower_count == 0 && size > 1)
        return CASE_UPPER;
    return upper_count == 1 && is_upper(letters[0]) ? CASE_TITLE : CASE_AS_IS;
}

/* Folds the word where it will stay if it is new. */
static qcz_status number_folded(token_numberer *numberer, const uint8_t *word, size_t letter_count, size_t size, uint32_t *id)
{
    uint8_t *folded = token_room(numberer, size);
    if (folded == NULL)
        return QCZ_ERROR_MEMORY;
    memcpy(folded, word, size);
    for (size_t i = 0; i < letter_count; i++)
        folded[i] = to_lower(folded[i]);
    return token_number(numberer, folded, size, 1, id);
}

static qcz_status number_all_words(token_numberer *numberer, block_words *words, const uint8_t *block, size_t size)
{
    qcz_status status = QCZ_OK;
    size_t start = 0;
    for (size_t i = 0; i < words->word_count && status == QCZ_OK; i++) {
        const size_t letters_end = end_of_letters(block, size, start);
        const size_t end = end_of_word(block, size, start, letters_end);
        uint8_t case_flag = CASE_AS_IS;
        if (words->case_flags != NULL)
            words->case_flags[i] = case_flag = find_case_flag(block + start, letters_end - start);
        status = case_flag == CASE_AS_IS
                     ? token_number(numberer, block + start, end - start, 1, &words->word_ids[i])
                     : number_folded(numberer, block + start, letters_end - start, end - start, &words->word_ids[i]);
        start = end;
    }
    return status;
}

qcz_status words_split(const uint8_t *block, size_t size, int fold_case, block_words *words)
{
    *words = (block_words){0};
    if (size > QCZ_MAX_BLOCK_SIZE)
        return QCZ_ERROR_LIMIT;
    words->word_count = count_words(block, size);
    words->hash_seed = token_hash_seed(block, size);
    words->word_ids = allocate_array(words->word_count + 1, sizeof *words->word_ids);
    if (fold_case)
        words->case_flags = malloc(words->word_count + 1);
    token_numberer numberer;
    qcz_status status = token_numberer_start(&numberer, &words->distinct, words->hash_seed);
    if (words->word_ids == NULL || (words->case_flags == NULL && fold_case))
        status = QCZ_ERROR_MEMORY;
    if (status == QCZ_OK)
        status = number_all_words(&numberer, words, block, size);
    token_numberer_free(&numberer);
    if (status != QCZ_OK)
        words_free(words);
    return status;
}

void words_free(block_words *words)
{
    free(words->word_ids);
    free(words->case_flags);
    token_list_free(&words->distinct);
    *words = (block_words){0};
}
