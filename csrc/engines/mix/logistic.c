#include "engines/mix/logistic.h"

/* squash(i / 8) in 20 bits, i = 0 .. 96; squash(-x) = 1 - squash(x). */
static const uint32_t squash_points[97] = {
    524288, 557013, 589485, 621456, 652696, 682995, 712170, 740069, 766570, 791586,
    815058, 836959, 857289, 876068, 893337, 909153, 923583, 936703, 948595, 959343,
    969033, 977748, 985571, 992579, 998846, 1004444, 1009436, 1013883, 1017840, 1021358,
    1024482, 1027256, 1029716, 1031897, 1033829, 1035540, 1037055, 1038396, 1039582, 1040631,
    1041558, 1042378, 1043102, 1043743, 1044308, 1044808, 1045249, 1045639, 1045983, 1046287,
    1046556, 1046793, 1047002, 1047187, 1047350, 1047494, 1047621, 1047733, 1047832, 1047919,
    1047996, 1048064, 1048125, 1048178, 1048224, 1048266, 1048302, 1048334, 1048363, 1048388,
    1048410, 1048429, 1048447, 1048462, 1048475, 1048487, 1048498, 1048507, 1048515, 1048522,
    1048528, 1048534, 1048539, 1048543, 1048547, 1048551, 1048554, 1048556, 1048558, 1048561,
    1048562, 1048564, 1048565, 1048567, 1048568, 1048569, 1048570
};

/* How far a probability seen so many times may lean, in 1/16: one observation says less than six (found by measuring). */
static const int lean_factors[16] = {0, 10, 14, 18, 21, 22, 24, 26, 26, 26, 26, 26, 26, 26, 26, 26};

static uint32_t squash_positive(int32_t value)
{
    const int32_t point = value >> 5;
    const uint32_t part = (uint32_t)value & 31;
    const uint32_t below = squash_points[point];
    const uint32_t above = squash_points[point < 96 ? point + 1 : 96];
    const uint32_t probability = (below * (32 - part) + above * part) >> 9;
    return probability > 65535 ? 65535 : probability;
}

static void start_squash(logistic_tables *tables)
{
    for (int32_t value = 0; value <= SQUASH_LIMIT; value++) {
        const uint32_t probability = squash_positive(value);
        tables->squash[SQUASH_LIMIT + value] = (uint16_t)probability;
        tables->squash[SQUASH_LIMIT - value] = (uint16_t)(65536 - probability);
    }
}

/* The inverse: for the middle of each of the 4,096 steps, the first value whose squash reaches it. */
static void start_stretch(logistic_tables *tables)
{
    int32_t value = -STRETCH_LIMIT;
    for (uint32_t step = 0; step < 4096; step++) {
        const uint32_t middle = step * 16 + 8;
        while (value < STRETCH_LIMIT && squash(tables, value) < middle)
            value++;
        tables->stretch[step] = (int16_t)value;
    }
    tables->stretch[2048] = 0; /* what nothing is known of leans nowhere */
}

static void start_lean(logistic_tables *tables)
{
    for (int count = 0; count < 16; count++)
        for (int step = 0; step < 64; step++)
            tables->lean[count][step] = (int16_t)((2 * step - 63) * lean_factors[count] / 2);
}

void logistic_tables_start(logistic_tables *tables)
{
    start_squash(tables);
    start_stretch(tables);
    start_lean(tables);
}
