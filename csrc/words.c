/* words.c - splits a block into words, folds their case and numbers them (paper, sections 1.2 to 1.4). */
#include "byte_io.h"
#include "letters.h"

#include <stdlib.h>

enum { BINARY_TEST_SIZE = 8192 };

int qcz_is_binary(const uint8_t *block, size_t size)
{
    return size > 0 && memchr(block, 0, size < BINARY_TEST_SIZE ? size : BINARY_TEST_SIZE) != NULL;
}

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
    uint8_t flag = QCZ_CASE_AS_IS;
    if (upper_count > 0 && lower_count == 0 && size > 1)
        flag = QCZ_CASE_UPPER;
    else if (upper_count == 1 && is_upper(letters[0]))
        flag = QCZ_CASE_TITLE;
    if (flag != QCZ_CASE_AS_IS)
        for (size_t i = 0; i < size; i++)
            letters[i] = to_lower(letters[i]);
    return flag;
}

/* ---- hashing -------------------------------------------------------------------------------------------------------- */

/*
 * The hash of words and phrases is seeded by the block itself: who writes a text whose words collide changes the seed with every word.
 * Numbers are given in order of occurrence, so no hash shows in the output.
 */
static uint64_t hash_block(const uint8_t *block, size_t size)
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

/* ---- numbering ----------------------------------------------------------------------------------------------------- */

/* An open-addressing table from the bytes of a word to its id. A slot holds id + 1, or 0. */
typedef struct word_table {
    uint32_t *slots;
    uint32_t *hashes; /* per distinct word: spares most comparisons and all rehashing */
    size_t slot_count; /* a power of two */
    size_t word_capacity;
} word_table;

static uint32_t hash_bytes(const uint8_t *bytes, size_t size, uint64_t seed)
{
    uint64_t hash = mix_bits(seed + size);
    for (; size >= 8; bytes += 8, size -= 8)
        hash = mix_bits(hash ^ load_u64(bytes));
    uint64_t last = 0;
    for (size_t i = 0; i < size; i++)
        last |= (uint64_t)bytes[i] << (8 * i);
    return (uint32_t)mix_bits(hash ^ last);
}

static int grow_slots(word_table *table, size_t distinct_count)
{
    const size_t slot_count = table->slot_count * 2;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL)
        return 0;
    for (size_t id = 0; id < distinct_count; id++) {
        size_t slot = table->hashes[id] & (slot_count - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (slot_count - 1);
        slots[slot] = (uint32_t)id + 1;
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    return 1;
}

static int grow_array(uint32_t **array, size_t capacity)
{
    uint32_t *grown = realloc(*array, capacity * sizeof **array);
    if (grown != NULL)
        *array = grown;
    return grown != NULL;
}

static int grow_words(word_table *table, qcz_words *words)
{
    const size_t capacity = table->word_capacity + table->word_capacity / 2 + 256;
    if (!grow_array(&table->hashes, capacity) || !grow_array(&words->offsets, capacity) ||
        !grow_array(&words->lengths, capacity) || !grow_array(&words->counts, capacity))
        return 0;
    table->word_capacity = capacity;
    return 1;
}

/* Finds or adds the word; returns its id, or UINT32_MAX if there is no memory. */
static uint32_t number_word(word_table *table, qcz_words *words, size_t offset, size_t length)
{
    const uint8_t *bytes = words->text + offset;
    const uint32_t hash = hash_bytes(bytes, length, words->hash_seed);
    size_t slot = hash & (table->slot_count - 1);
    for (; table->slots[slot] != 0; slot = (slot + 1) & (table->slot_count - 1)) {
        const uint32_t id = table->slots[slot] - 1;
        if (table->hashes[id] == hash && words->lengths[id] == length &&
            memcmp(words->text + words->offsets[id], bytes, length) == 0) {
            words->counts[id]++;
            return id;
        }
    }
    const size_t id = words->distinct_count;
    if (id == table->word_capacity && !grow_words(table, words))
        return UINT32_MAX;
    table->slots[slot] = (uint32_t)id + 1;
    table->hashes[id] = hash;
    words->offsets[id] = (uint32_t)offset;
    words->lengths[id] = (uint32_t)length;
    words->counts[id] = 1;
    words->distinct_count++;
    if (words->distinct_count * 2 > table->slot_count && !grow_slots(table, words->distinct_count))
        return UINT32_MAX;
    return (uint32_t)id;
}

static int number_all_words(word_table *table, qcz_words *words, size_t size)
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

qcz_status qcz_words_split(const uint8_t *block, size_t size, int fold_case, qcz_words *words)
{
    *words = (qcz_words){0};
    if (size > QCZ_MAX_BLOCK_SIZE)
        return QCZ_ERROR_LIMIT;
    const size_t word_count = count_words(block, size);
    word_table table = {.slots = calloc(1024, sizeof *table.slots), .slot_count = 1024};
    words->word_count = word_count;
    words->hash_seed = hash_block(block, size);
    words->text = malloc(size + 1);
    words->word_ids = allocate_array(word_count + 1, sizeof *words->word_ids);
    if (fold_case)
        words->case_flags = malloc(word_count + 1);
    int complete = table.slots != NULL && words->text != NULL && words->word_ids != NULL &&
                   (words->case_flags != NULL || !fold_case);
    if (complete) {
        if (size > 0)
            memcpy(words->text, block, size);
        complete = number_all_words(&table, words, size);
    }
    free(table.slots);
    free(table.hashes);
    if (!complete)
        qcz_words_free(words);
    return complete ? QCZ_OK : QCZ_ERROR_MEMORY;
}

void qcz_words_free(qcz_words *words)
{
    free(words->text);
    free(words->word_ids);
    free(words->case_flags);
    free(words->offsets);
    free(words->lengths);
    free(words->counts);
    *words = (qcz_words){0};
}

/* ---- sorting ------------------------------------------------------------------------------------------------------- */

static int is_before(const qcz_words *words, uint32_t left, uint32_t right)
{
    const uint32_t left_length = words->lengths[left];
    const uint32_t right_length = words->lengths[right];
    const int order = memcmp(words->text + words->offsets[left], words->text + words->offsets[right],
                             left_length < right_length ? left_length : right_length);
    return order < 0 || (order == 0 && left_length < right_length);
}

static void merge_runs(const qcz_words *words, const uint32_t *source, uint32_t *target, size_t start, size_t middle, size_t end)
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
qcz_status qcz_words_sort(const qcz_words *words, uint32_t *ids, size_t count)
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
