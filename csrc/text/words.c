/* words.c - splits a block into words, folds their case and numbers them (paper, sections 1.2 to 1.4). */
#include "text/words.h"

#include "base/bytes.h"
#include "books/token_table.h"
#include "text/letter_case.h"
#include "text/letters.h"

#include <stdlib.h>

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

/* Lower-cases the letters in place if a flag can bring them back, and returns that flag. */
static uint8_t fold_letters(uint8_t *letters, size_t size)
{
    size_t upper_count = 0;
    size_t lower_count = 0;
    for (size_t i = 0; i < size; i++) {
        upper_count += is_upper(letters[i]);
        lower_count += is_lower(letters[i]);
    }
    uint8_t flag = CASE_AS_IS;
    if (upper_count > 0 && lower_count == 0 && size > 1)
        flag = CASE_UPPER;
    else if (upper_count == 1 && is_upper(letters[0]))
        flag = CASE_TITLE;
    if (flag != CASE_AS_IS)
        for (size_t i = 0; i < size; i++)
            letters[i] = to_lower(letters[i]);
    return flag;
}

/* ---- numbering ----------------------------------------------------------------------------------------------------- */

/* The words found so far, by their bytes. */
typedef struct word_table {
    token_table tokens;
    size_t word_capacity;
} word_table;

static int grow_array(uint32_t **array, size_t capacity)
{
    uint32_t *grown = realloc(*array, capacity * sizeof **array);
    if (grown != NULL)
        *array = grown;
    return grown != NULL;
}

static int grow_words(word_table *table, block_words *words)
{
    const size_t capacity = table->word_capacity + table->word_capacity / 2 + 256;
    if (!grow_array(&words->offsets, capacity) || !grow_array(&words->lengths, capacity) ||
        !grow_array(&words->counts, capacity))
        return 0;
    table->word_capacity = capacity;
    return 1;
}

/* Finds or adds the word; returns its id, or UINT32_MAX if there is no memory. */
static uint32_t number_word(word_table *table, block_words *words, size_t offset, size_t length)
{
    const uint8_t *bytes = words->text + offset;
    const uint32_t hash = token_hash(bytes, length, words->hash_seed);
    token_slot *slot = token_table_first(&table->tokens, hash);
    for (; slot->number != 0; slot = token_table_next(&table->tokens, slot)) {
        const uint32_t id = slot->number - 1;
        if (slot->hash == hash && words->lengths[id] == length &&
            memcmp(words->text + words->offsets[id], bytes, length) == 0) {
            words->counts[id]++;
            return id;
        }
    }
    const size_t id = words->distinct_count;
    if (id == table->word_capacity && !grow_words(table, words))
        return UINT32_MAX;
    words->offsets[id] = (uint32_t)offset;
    words->lengths[id] = (uint32_t)length;
    words->counts[id] = 1;
    words->distinct_count++;
    return token_table_put(&table->tokens, slot, hash) ? (uint32_t)id : UINT32_MAX;
}

static int number_all_words(word_table *table, block_words *words, size_t size)
{
    size_t start = 0;
    for (size_t i = 0; i < words->word_count; i++) {
        const size_t letters_end = end_of_letters(words->text, size, start);
        const size_t end = end_of_word(words->text, size, start, letters_end);
        if (words->case_flags != NULL)
            words->case_flags[i] = fold_letters(words->text + start, letters_end - start);
        const uint32_t id = number_word(table, words, start, end - start);
        if (id == UINT32_MAX)
            return 0;
        words->word_ids[i] = id;
        start = end;
    }
    return 1;
}

qcz_status words_split(const uint8_t *block, size_t size, int fold_case, block_words *words)
{
    *words = (block_words){0};
    if (size > QCZ_MAX_BLOCK_SIZE)
        return QCZ_ERROR_LIMIT;
    const size_t word_count = count_words(block, size);
    word_table table = {0};
    words->word_count = word_count;
    words->hash_seed = token_hash_seed(block, size);
    words->text = malloc(size + 1);
    words->word_ids = allocate_array(word_count + 1, sizeof *words->word_ids);
    if (fold_case)
        words->case_flags = malloc(word_count + 1);
    int complete = token_table_start(&table.tokens) && words->text != NULL && words->word_ids != NULL &&
                   (words->case_flags != NULL || !fold_case);
    if (complete) {
        if (size > 0)
            memcpy(words->text, block, size);
        complete = number_all_words(&table, words, size);
    }
    token_table_free(&table.tokens);
    if (!complete)
        words_free(words);
    return complete ? QCZ_OK : QCZ_ERROR_MEMORY;
}

void words_free(block_words *words)
{
    free(words->text);
    free(words->word_ids);
    free(words->case_flags);
    free(words->offsets);
    free(words->lengths);
    free(words->counts);
    *words = (block_words){0};
}

/* ---- sorting ------------------------------------------------------------------------------------------------------- */

static int is_before(const block_words *words, uint32_t left, uint32_t right)
{
    const uint32_t left_length = words->lengths[left];
    const uint32_t right_length = words->lengths[right];
    const int order = memcmp(words->text + words->offsets[left], words->text + words->offsets[right],
                             left_length < right_length ? left_length : right_length);
    return order < 0 || (order == 0 && left_length < right_length);
}

static void merge_runs(const block_words *words, const uint32_t *source, uint32_t *target, size_t start, size_t middle, size_t end)
{
    size_t left = start;
    size_t right = middle;
    for (size_t i = start; i < end; i++) {
        if (left < middle && (right == end || is_before(words, source[left], source[right])))
            target[i] = source[left++];
        else
            target[i] = source[right++];
    }
}

/* Bottom-up merge sort: every byte is compared at most log2(count) times, and the order depends on no library. */
qcz_status words_sort(const block_words *words, uint32_t *ids, size_t count)
{
    uint32_t *scratch = allocate_array(count + 1, sizeof *scratch);
    if (scratch == NULL)
        return QCZ_ERROR_MEMORY;
    uint32_t *source = ids;
    uint32_t *target = scratch;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            const size_t middle = start + width < count ? start + width : count;
            const size_t end = middle + width < count ? middle + width : count;
            merge_runs(words, source, target, start, middle, end);
        }
        uint32_t *sorted = target;
        target = source;
        source = sorted;
    }
    if (source != ids)
        memcpy(ids, source, count * sizeof *ids);
    free(scratch);
    return QCZ_OK;
}
