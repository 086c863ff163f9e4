#include "text/characters.h"

#include <string.h>

typedef struct class_range {
    uint32_t first;
    uint32_t last;
} class_range;

/* The tables have a row for each script, or for some that go together. */
/* clang-format off */

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

/* clang-format on */

enum {
    LETTER_RANGE_COUNT = sizeof letter_ranges / sizeof *letter_ranges,
    SINGLE_RANGE_COUNT = sizeof single_ranges / sizeof *single_ranges
};

static void fill_ranges(uint8_t *classes, const class_range *ranges, size_t count, character_class class)
{
    for (size_t i = 0; i < count && ranges[i].last < PLANE_SIZE; i++)
        memset(classes + ranges[i].first, (int)class, ranges[i].last - ranges[i].first + 1);
}

void character_classes_fill(character_classes *table)
{
    uint8_t *classes = table->of_code_point;
    static const class_range cased_ranges[] = {{'A', 'Z'}, {'a', 'z'}, {0x00C0, 0x058F}, {0x1E00, 0x1EFF}, {0xFF21, 0xFF5A}};
    static const uint8_t cased_classes[] = {
        [LETTER_CASELESS] = CLASS_CASELESS, [LETTER_LOWER] = CLASS_LOWER, [LETTER_UPPER] = CLASS_UPPER};
    static const class_range digits = {'0', '9'};
    memset(classes, CLASS_GAP, PLANE_SIZE);
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

character read_sequence(const character_classes *table, const uint8_t *block, size_t size, size_t position)
{
    uint32_t code_point;
    const size_t length = read_code_point(block + position, size - position, &code_point);
    if (length == 0)
        return (character){CLASS_GAP, position + 1};
    character_class class = CLASS_GAP;
    if (code_point < PLANE_SIZE)
        class = (character_class)table->of_code_point[code_point];
    else if (is_in_ranges(single_ranges, SINGLE_RANGE_COUNT, code_point))
        class = CLASS_SINGLE;
    else if (is_in_ranges(letter_ranges, LETTER_RANGE_COUNT, code_point))
        class = CLASS_CASELESS;
    return (character){class, position + length};
}
