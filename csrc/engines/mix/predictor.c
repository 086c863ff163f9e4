#include "engines/mix/predictor.h"

#include <stdlib.h>

enum {
    WEIGHT_SUM = 4 << 13,    /* of a fresh set: weights have 13 fractional bits in their high half (found by measuring) */
    FINAL_ONE = 1 << 16,
    ALIGNMENT = 64
};

static unsigned inputs_of(const predictor_shape *shape)
{
    return input_units(shape->context_count) * 8;
}

static uint32_t set_size(const predictor_shape *shape, unsigned set)
{
    return shape->set_sizes[set] == 0 ? PREDICTOR_PATTERNS : shape->set_sizes[set];
}

static size_t weights_size(const predictor_shape *shape)
{
    size_t sets = 0;
    for (unsigned set = 0; set < shape->set_count; set++)
        sets += set_size(shape, set);
    return sets * inputs_of(shape) * 2 * sizeof(int16_t);
}

static size_t final_size(const predictor_shape *shape)
{
    return (size_t)shape->final_sets * PREDICTOR_MAX_SETS * sizeof(int32_t);
}

static int is_lean(const predictor_shape *shape)
{
    return shape->set_count == 1;
}

static int map_points(const predictor_shape *shape)
{
    return is_lean(shape) ? LEAN_MAP_POINTS : PREDICTOR_MAP_POINTS;
}

static size_t map_size(const predictor_shape *shape, unsigned map)
{
    return (size_t)shape->map_sizes[map] * (size_t)map_points(shape) * sizeof(uint16_t);
}

static size_t arrays_size(const predictor_shape *shape)
{
    size_t size = ALIGNMENT + weights_size(shape) + final_size(shape);
    for (unsigned map = 0; map < PREDICTOR_MAPS; map++)
        size += map_size(shape, map);
    return size;
}

uint64_t predictor_memory(const predictor_shape *shape)
{
    return line_table_memory(shape->line_bits) + arrays_size(shape);
}

static void start_weights(bit_predictor *predictor)
{
    const unsigned inputs = inputs_of(&predictor->shape);
    const int16_t weight = (int16_t)(WEIGHT_SUM / (int)(3 * predictor->shape.context_count + PREDICTOR_EXTRA_INPUTS));
    size_t sets = 0;
    for (unsigned set = 0; set < predictor->shape.set_count; set++) {
        predictor->set_starts[set] = sets;
        sets += set_size(&predictor->shape, set);
    }
    for (size_t set = 0; set < sets; set++)
        for (unsigned input = 0; input < inputs; input++)
            predictor->weights[set * inputs * 2 + input] = weight;
}

static void start_final_mixer(bit_predictor *predictor)
{
    for (size_t weight = 0; weight < (size_t)predictor->shape.final_sets * PREDICTOR_MAX_SETS; weight++)
        predictor->final_weights[weight] = FINAL_ONE / (int32_t)predictor->shape.set_count;
}

/* The stretched value that a point of a map stands for. */
static int32_t point_value(const predictor_shape *shape, int point)
{
    return is_lean(shape) ? (point << LEAN_MAP_SHIFT) + (1 << LEAN_MAP_SHIFT) / 2 - SQUASH_LIMIT - 1 : (point - 16) * 128;
}

static void start_map(bit_predictor *predictor, unsigned map)
{
    const int points = map_points(&predictor->shape);
    for (size_t context = 0; context < predictor->shape.map_sizes[map]; context++)
        for (int point = 0; point < points; point++)
            predictor->maps[map][context * (size_t)points + (size_t)point] =
                (uint16_t)squash(predictor->logistic, point_value(&predictor->shape, point));
}

static void place_arrays(bit_predictor *predictor)
{
    const predictor_shape *shape = &predictor->shape;
    uint8_t *next = (uint8_t *)(((uintptr_t)predictor->allocation + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1));
    predictor->weights = (int16_t *)(void *)next;
    next += weights_size(shape);
    predictor->final_weights = (int32_t *)(void *)next;
    next += final_size(shape);
    for (unsigned map = 0; map < PREDICTOR_MAPS; map++) {
        predictor->maps[map] = (uint16_t *)(void *)next;
        next += map_size(shape, map);
    }
}

int predictor_start(bit_predictor *predictor, const predictor_shape *shape, const logistic_tables *logistic)
{
    *predictor = (bit_predictor){.shape = *shape, .logistic = logistic};
    predictor->allocation = calloc(1, arrays_size(shape));
    if (predictor->allocation == NULL || !line_table_start(&predictor->lines, shape->line_bits))
        return 0;
    place_arrays(predictor);
    start_weights(predictor);
    start_final_mixer(predictor);
    for (unsigned map = 0; map < PREDICTOR_MAPS; map++)
        start_map(predictor, map);
    return 1;
}

void predictor_free(bit_predictor *predictor)
{
    free(predictor->allocation);
    line_table_free(&predictor->lines);
}
