#include "text/items.h"

#include "base/bytes.h"
#include "text/letter_case.h"
#include "books/token_table.h"

#include <stdlib.h>

/* ---- character classes ---------------------------------------------------------------------------------------------- */

typedef enum character_class {
    CLASS_GAP, /* first: what the tables below do not name */
    CLASS_CASELESS,
    CLASS_LOWER,
    CLASS_UPPER,
    CLASS_DIGIT,
    CLASS_SINGLE /* a word of its own: scripts written without spaces */
} character_class;

enum { PLANE_SIZE = 0x10000 }; /* code points of the basic multilingual plane */

typedef struct class_range {
    uint32_t first;
    uint32_t last;
} class_range;

/* Letters, marks and digits of alphabetic scripts; code points not yet assigned go with their neighbours. */
static const class_range letter_ranges[] = {
    {0x00AA, 0x00AA}, {0x00B5, 0x00B5}, {0x00BA, 0x00BA}, {0x00C0, 0x00D6}, {0x00D8, 0x00F6}, {0x00F8, 0x02C1}, /* Latin */
    {0x02C6, 0x02D1}, {0x02E0, 0x02E4}, {0x02EC, 0x02EC}, {0x02EE, 0x02EE}, {0x0300, 0x036F}, /* modifiers, combining marks */
    {0x0370, 0x0374}, {0x0376, 0x037D}, {0x037F, 0x037F}, {0x0386, 0x0386}, {0x0388, 0x03F5}, {0x03F7, 0x03FF}, /* Greek */
    {0x0400, 0x0481}, {0x0483, 0x0559}, {0x0560, 0x0588}, /* Cyrillic, Armenian */
    {0x0591, 0x05BD}, {0x05BF, 0x05BF}, {0x05C1, 0x05C2}, {0x05C4, 0x05C5}, {0x05C7, 0x05F2}, /* Hebrew */
    {0x0610, 0x061A}, {0x0620, 0x0669}, {0x066E, 0x06D3}, {0x06D5, 0x06DC}, {0x06DF, 0x06E8}, {0x06EA, 0x06FC}, /* Arabic */
    {0x06FF, 0x06FF}, {0x0710, 0x07F5}, {0x07FA, 0x07FD}, {0x0800, 0x082D}, {0x0840, 0x085B}, {0x0860, 0x0887}, /* Syriac */
    {0x0889, 0x08E1}, {0x08E3, 0x0963}, {0x0966, 0x096F}, {0x0971, 0x09F1}, {0x09FC, 0x09FC}, {0x09FE, 0x0A75}, /* of India */
    {0x0A81, 0x0AEF}, {0x0AF9, 0x0B6F}, {0x0B71, 0x0B71}, {0x0B82, 0x0BEF}, {0x0C00, 0x0C76}, {0x0C78, 0x0C83},
    {0x0C85, 0x0D4E}, {0x0D54, 0x0D57}, {0x0D5F, 0x0D6F}, {0x0D7A, 0x0DF3},
    {0x0F00, 0x0F00}, {0x0F18, 0x0F19}, {0x0F20, 0x0F29}, {0x0F35, 0x0F35}, {0x0F37, 0x0F37}, {0x0F39, 0x0F39}, /* Tibetan */
    {0x0F3E, 0x0F84}, {0x0F86, 0x0FBC}, {0x0FC6, 0x0FC6},
    {0x10A0, 0x10FA}, {0x10FC, 0x135F}, {0x1380, 0x138F}, {0x13A0, 0x13FF}, /* Georgian, Hangul, Ethiopic, Cherokee */
    {0x1401, 0x166C}, {0x166F, 0x167F}, {0x1681, 0x169A}, {0x16A0, 0x16EA}, {0x16EE, 0x1734}, {0x1740, 0x177F}, /* runes */
    {0x180B, 0x180D}, {0x180F, 0x193F}, {0x1946, 0x194F}, {0x1A00, 0x1A1B}, {0x1AB0, 0x1AFF}, {0x1B80, 0x1BFB}, /* Mongolian */
    {0x1C00, 0x1C3A}, {0x1C40, 0x1C7D}, {0x1C80, 0x1CBF}, {0x1CD0, 0x1CD2}, {0x1CD4, 0x1CFF},
    {0x1D00, 0x1FBC}, {0x1FC2, 0x1FCC}, {0x1FD0, 0x1FDB}, {0x1FE0, 0x1FEC}, {0x1FF2, 0x1FFC}, /* more Latin and Greek */
    {0x2C00, 0x2CE4}, {0x2CEB, 0x2CF3}, {0x2D00, 0x2D6F}, {0x2D7F, 0x2DFF}, /* Glagolitic, Coptic, Tifinagh */
    {0x3131, 0x318E}, {0xA4D0, 0xA4FD}, {0xA500, 0xA60C}, {0xA610, 0xA672}, {0xA674, 0xA67D}, {0xA67F, 0xA6F1}, /* Vai */
    {0xA717, 0xA71F}, {0xA722, 0xA788}, {0xA78B, 0xA827}, {0xA840, 0xA873}, {0xA880, 0xA8CD}, {0xA8D0, 0xA8F7}, /* Latin */
    {0xA8FB, 0xA8FB}, {0xA8FD, 0xA92D}, {0xA930, 0xA95E}, {0xA960, 0xA97F}, {0xAA00, 0xAA5B}, {0xAAE0, 0xAAEF},
    {0xAAF2, 0xAB5A}, {0xAB5C, 0xAB69}, {0xAB70, 0xABEA}, {0xABEC, 0xD7FF}, /* Hangul syllables */
    {0xFB00, 0xFB28}, {0xFB2A, 0xFBB1}, {0xFBD3, 0xFD3D}, {0xFD50, 0xFDCF}, {0xFDF0, 0xFDFB}, {0xFE70, 0xFEFC}, /* ligatures */
    {0xFF10, 0xFF19}, {0xFF21, 0xFF3A}, {0xFF41, 0xFF5A}, {0xFFA0, 0xFFDF}, /* full-width and half-width */
    {0x10000, 0x11FFF}, {0x16800, 0x16FDF}, {0x1D400, 0x1D7FF}, {0x1E000, 0x1EEFF}, /* extinct and new, mathematical */
};

/* Scripts written without spaces, and syllabaries. */
static const class_range single_ranges[] = {
    {0x0E01, 0x0E3A}, {0x0E40, 0x0E4E}, {0x0E50, 0x0E59}, {0x0E81, 0x0EFF}, /* Thai, Lao */
    {0x1000, 0x1049}, {0x1050, 0x109D}, {0x1780, 0x17D3}, {0x17D7, 0x17D7}, {0x17DC, 0x17E9}, /* Myanmar, Khmer */
    {0x1950, 0x19DF}, {0x1A20, 0x1A9F}, {0x1B00, 0x1B59}, {0x1B6B, 0x1B73}, /* Tai, Balinese */
    {0x2E80, 0x2FDF}, {0x3005, 0x3007}, {0x3021, 0x3029}, {0x3031, 0x3035}, {0x3038, 0x303C}, /* Han radicals and numerals */
    {0x3041, 0x309A}, {0x309D, 0x309F}, {0x30A1, 0x30FA}, {0x30FC, 0x312F}, {0x31A0, 0x31BF}, {0x31F0, 0x31FF}, /* Kana */
    {0x3400, 0x4DBF}, {0x4E00, 0xA48C}, {0xA980, 0xA9C0}, {0xA9CF, 0xA9D9}, {0xA9E0, 0xA9FF}, /* Han, Yi, Javanese */
    {0xAA60, 0xAA76}, {0xAA7A, 0xAADD}, {0xF900, 0xFAFF}, {0xFF66, 0xFF9F}, /* Myanmar, Tai Viet, Han, Kana */
    {0x12000, 0x1467F}, {0x16FE0, 0x1B2FF}, {0x20000, 0x3FFFF}, /* cuneiform, hieroglyphs, Tangut, Kana, Han */
};

enum {
    LETTER_RANGE_COUNT = sizeof letter_ranges / sizeof *letter_ranges,
    SINGLE_RANGE_COUNT = sizeof single_ranges / sizeof *single_ranges
};

static void fill_ranges(uint8_t *classes, const class_range *ranges, size_t count, character_class class)
{
    for (size_t i = 0; i < count && ranges[i].last < PLANE_SIZE; i++)
        memset(classes + ranges[i].first, (int)class, ranges[i].last - ranges[i].first + 1);
}

/* `classes` is all zero, that is CLASS_GAP. */
static void fill_classes(uint8_t *classes)
{
    static const class_range cased_ranges[] = {{'A', 'Z'}, {'a', 'z'}, {0x00C0, 0x058F}, {0x1E00, 0x1EFF}, {0xFF21, 0xFF5A}};
    static const uint8_t cased_classes[] = {
        [LETTER_CASELESS] = CLASS_CASELESS, [LETTER_LOWER] = CLASS_LOWER, [LETTER_UPPER] = CLASS_UPPER};
    static const class_range digits = {'0', '9'};
    fill_ranges(classes, &digits, 1, CLASS_DIGIT);
    fill_ranges(classes, cased_ranges, 2, CLASS_CASELESS);
    fill_ranges(classes, letter_ranges, LETTER_RANGE_COUNT, CLASS_CASELESS);
    fill_ranges(classes, single_ranges, SINGLE_RANGE_COUNT, CLASS_SINGLE);
    for (size_t i = 0; i < sizeof cased_ranges / sizeof *cased_ranges; i++)
        for (uint32_t code_point = cased_ranges[i].first; code_point <= cased_ranges[i].last; code_point++)
            if (classes[code_point] == CLASS_CASELESS)
                classes[code_point] = cased_classes[letter_case_of(code_point)];
}

static int is_in_ranges(const class_range *ranges, size_t count, uint32_t code_point)
{
    size_t first = 0;
    while (count > 0) { /* the range is among the `count` from `first` on, if any */
        const size_t half = count / 2;
        if (code_point > ranges[first + half].last) {
            first += half + 1;
            count -= half + 1;
        } else if (code_point < ranges[first + half].first) {
            count = half;
        } else {
            return 1;
        }
    }
    return 0;
}

/* ---- numbering ------------------------------------------------------------------------------------------------------ */

/* A list of tokens in the making. */
typedef struct token_collector {
    token_list *list;
    token_table table;
    uint64_t hash_seed;
    size_t text_size;
    size_t text_capacity;
    size_t token_capacity;
} token_collector;

static int grow_array(uint32_t **array, size_t capacity)
{
    uint32_t *grown = capacity > SIZE_MAX / sizeof **array ? NULL : realloc(*array, capacity * sizeof **array);
    if (grown != NULL)
        *array = grown;
    return grown != NULL;
}

static int grow_bytes(uint8_t **array, size_t capacity)
{
    uint8_t *grown = realloc(*array, capacity);
    if (grown != NULL)
        *array = grown;
    return grown != NULL;
}

static size_t larger_capacity(size_t capacity)
{
    return capacity + capacity / 2 + 1024;
}

/* Makes room for one more token: its bytes, its count and the offset behind it. */
static int reserve_token(token_collector *collector)
{
    token_list *list = collector->list;
    if (collector->text_capacity - collector->text_size < ITEM_MAX_TOKEN_SIZE) {
        const size_t capacity = larger_capacity(collector->text_capacity);
        if (!grow_bytes(&list->text, capacity))
            return 0;
        collector->text_capacity = capacity;
    }
    if (list->count == collector->token_capacity) {
        const size_t capacity = larger_capacity(collector->token_capacity);
        if (!grow_array(&list->offsets, capacity + 1) || !grow_array(&list->counts, capacity))
            return 0;
        collector->token_capacity = capacity;
    }
    return 1;
}

static int token_collector_start(token_collector *collector, token_list *list, uint64_t hash_seed)
{
    *collector = (token_collector){.list = list, .hash_seed = hash_seed};
    if (!token_table_start(&collector->table) || !reserve_token(collector))
        return 0;
    list->offsets[0] = 0;
    return 1;
}

static int add_token(token_collector *collector, token_slot *slot, const uint8_t *bytes, size_t size, uint32_t hash)
{
    token_list *list = collector->list;
    if (!reserve_token(collector))
        return 0;
    memcpy(list->text + collector->text_size, bytes, size);
    collector->text_size += size;
    list->counts[list->count] = 1;
    list->count++;
    list->offsets[list->count] = (uint32_t)collector->text_size;
    return token_table_put(&collector->table, slot, hash);
}

/* Finds or adds a token of at most ITEM_MAX_TOKEN_SIZE bytes. Returns 0 if there is no memory. */
static int number_token(token_collector *collector, const uint8_t *bytes, size_t size, uint32_t *id)
{
    token_list *list = collector->list;
    const uint32_t hash = token_hash(bytes, size, collector->hash_seed);
    token_slot *slot = token_table_first(&collector->table, hash);
    for (; slot->number != 0; slot = token_table_next(&collector->table, slot)) {
        *id = slot->number - 1;
        const uint32_t offset = list->offsets[*id];
        if (slot->hash == hash && list->offsets[*id + 1] - offset == size && memcmp(list->text + offset, bytes, size) == 0) {
            list->counts[*id]++;
            return 1;
        }
    }
    *id = list->count;
    return add_token(collector, slot, bytes, size, hash);
}

/* ---- splitting ------------------------------------------------------------------------------------------------------ */

typedef struct splitter {
    const uint8_t *block;
    size_t size;
    item_list *items;
    size_t item_capacity;
    token_collector gaps;
    token_collector words;
    uint8_t classes[PLANE_SIZE];
} splitter;

/* A code point or, in the gap, a byte that belongs to none. */
typedef struct character {
    character_class class;
    size_t end; /* position after it */
} character;

static character read_sequence(const splitter *state, size_t position)
{
    uint32_t code_point;
    const size_t length = read_code_point(state->block + position, state->size - position, &code_point);
    if (length == 0)
        return (character){CLASS_GAP, position + 1};
    character_class class = CLASS_GAP;
    if (code_point < PLANE_SIZE)
        class = (character_class)state->classes[code_point];
    else if (is_in_ranges(single_ranges, SINGLE_RANGE_COUNT, code_point))
        class = CLASS_SINGLE;
    else if (is_in_ranges(letter_ranges, LETTER_RANGE_COUNT, code_point))
        class = CLASS_CASELESS;
    return (character){class, position + length};
}

static inline character read_character(const splitter *state, size_t position)
{
    const uint8_t byte = state->block[position];
    if (byte < 0x80)
        return (character){(character_class)state->classes[byte], position + 1};
    return read_sequence(state, position);
}

/* Where a token from `start` on has to end. */
static size_t token_limit(const splitter *state, size_t start, size_t size)
{
    return state->size - start < size ? state->size : start + size;
}

static size_t end_of_run(const splitter *state, size_t start, size_t size, character_class class)
{
    const size_t limit = token_limit(state, start, size);
    size_t end = start;
    while (end < limit) {
        const character next = read_character(state, end);
        if (next.class != class || next.end > limit)
            break;
        end = next.end;
    }
    return end;
}

/* Letters of one case and, among them, letters without case. */
typedef struct letter_run {
    size_t end;
    size_t count; /* letters of that case */
    size_t last;  /* position of the last of them */
} letter_run;

static letter_run read_letters(const splitter *state, size_t start, size_t limit, character_class class)
{
    letter_run run = {.end = start};
    while (run.end < limit) {
        const character next = read_character(state, run.end);
        if ((next.class != class && next.class != CLASS_CASELESS) || next.end > limit)
            break;
        if (next.class == class) {
            run.last = run.end;
            run.count++;
        }
        run.end = next.end;
    }
    return run;
}

/*
 * One past the word of letters at `start`: at most one capital, then small letters, or else capitals only. The last of several
 * capitals belongs to the small letters after it (HTML Parser).
 */
static size_t end_of_letters(const splitter *state, size_t start, size_t *upper_count)
{
    const size_t limit = token_limit(state, start, ITEM_MAX_TOKEN_SIZE);
    const letter_run upper = read_letters(state, start, limit, CLASS_UPPER);
    const letter_run lower = read_letters(state, upper.end, limit, CLASS_LOWER);
    *upper_count = upper.count;
    return upper.count >= 2 && lower.count > 0 ? upper.last : lower.end;
}

/* One past the word at `start`, which is empty if the gap before it goes on or the block ends. */
static size_t end_of_word(const splitter *state, size_t start, size_t *upper_count)
{
    *upper_count = 0;
    if (start == state->size)
        return start;
    const character first = read_character(state, start);
    switch (first.class) {
    case CLASS_GAP:
        return start;
    case CLASS_SINGLE:
        return first.end;
    case CLASS_DIGIT:
        return end_of_run(state, start, 4, CLASS_DIGIT);
    default:
        return end_of_letters(state, start, upper_count);
    }
}

static int reserve_item(splitter *state)
{
    item_list *items = state->items;
    if (items->count < state->item_capacity)
        return 1;
    const size_t capacity = larger_capacity(state->item_capacity);
    if (!grow_array(&items->gap_ids, capacity) || !grow_array(&items->word_ids, capacity) ||
        !grow_bytes(&items->case_flags, capacity))
        return 0;
    state->item_capacity = capacity;
    return 1;
}

static int number_word(splitter *state, size_t start, size_t size, size_t upper_count)
{
    item_list *items = state->items;
    uint8_t folded[ITEM_MAX_TOKEN_SIZE];
    const uint8_t *word = state->block + start;
    items->case_flags[items->count] = CASE_AS_IS;
    if (upper_count > 0) {
        memcpy(folded, word, size);
        items->case_flags[items->count] = (uint8_t)letter_case_fold(folded, size);
        word = folded;
    }
    return number_token(&state->words, word, size, &items->word_ids[items->count]);
}

static int split_block(splitter *state)
{
    item_list *items = state->items;
    for (size_t start = 0; start < state->size;) {
        const size_t gap_end = end_of_run(state, start, ITEM_MAX_TOKEN_SIZE, CLASS_GAP);
        size_t upper_count;
        const size_t word_end = end_of_word(state, gap_end, &upper_count);
        if (!reserve_item(state) ||
            !number_token(&state->gaps, state->block + start, gap_end - start, &items->gap_ids[items->count]) ||
            !number_word(state, gap_end, word_end - gap_end, upper_count))
            return 0;
        items->count++;
        start = word_end;
    }
    return 1;
}

qcz_status items_split(const uint8_t *block, size_t size, item_list *items)
{
    *items = (item_list){0};
    if (size > QCZ_MAX_BLOCK_SIZE)
        return QCZ_ERROR_LIMIT;
    splitter *state = calloc(1, sizeof *state);
    if (state == NULL)
        return QCZ_ERROR_MEMORY;
    items->hash_seed = token_hash_seed(block, size);
    state->block = block;
    state->size = size;
    state->items = items;
    fill_classes(state->classes);
    const int complete = token_collector_start(&state->gaps, &items->gaps, items->hash_seed) &&
                         token_collector_start(&state->words, &items->words, items->hash_seed) && reserve_item(state) &&
                         split_block(state);
    token_table_free(&state->gaps.table);
    token_table_free(&state->words.table);
    free(state);
    if (!complete)
        items_free(items);
    return complete ? QCZ_OK : QCZ_ERROR_MEMORY;
}

static void token_list_free(token_list *list)
{
    free(list->text);
    free(list->offsets);
    free(list->counts);
}

void items_free(item_list *items)
{
    free(items->gap_ids);
    free(items->word_ids);
    free(items->case_flags);
    token_list_free(&items->gaps);
    token_list_free(&items->words);
    *items = (item_list){0};
}
