#include "engines/paper/case_flags.h"
#include "coding/frequency_model.h"
#include "text/letter_case.h"
#include "text/letters.h"

void case_contexts_start(case_contexts *contexts)
{
    *contexts = (case_contexts){0};
    for (unsigned i = 0; i < 9; i++)
        contexts->models[i / 3][i % 3] = (case_model){{1, 1, 1}, 3};
}

static void case_model_use(case_model *model, uint8_t flag)
{
    model->counts[flag]++;
    if (++model->total < FREQUENCY_LIMIT)
        return;
    model->total = 0;
    for (unsigned i = 0; i < 3; i++) {
        model->counts[i] = model->counts[i] >> 1 | 1;
        model->total += model->counts[i];
    }
}

static case_model *current_model(case_contexts *contexts)
{
    return &contexts->models[contexts->two_back][contexts->one_back];
}

static void case_contexts_use(case_contexts *contexts, uint8_t flag)
{
    case_model_use(current_model(contexts), flag);
    contexts->two_back = contexts->one_back;
    contexts->one_back = flag;
}

void encode_case_flag(arithmetic_encoder *encoder, case_contexts *contexts, uint8_t flag)
{
    const case_model *model = current_model(contexts);
    const uint32_t start = (flag > 0 ? model->counts[0] : 0) + (flag > 1 ? model->counts[1] : 0);
    encode_interval(encoder, start, model->counts[flag], model->total);
    case_contexts_use(contexts, flag);
}

uint8_t decode_case_flag(arithmetic_decoder *decoder, case_contexts *contexts)
{
    const case_model *model = current_model(contexts);
    const uint64_t unit = decoder->range / model->total;
    const uint64_t first = unit * model->counts[0];
    const uint64_t second = first + unit * model->counts[1];
    uint8_t flag = 0;
    if (decoder->code < first) {
        arithmetic_decoder_narrow(decoder, 0, first);
    } else if (decoder->code < second) {
        flag = 1;
        arithmetic_decoder_narrow(decoder, first, second - first);
    } else {
        flag = 2;
        arithmetic_decoder_narrow(decoder, second, unit * model->counts[2]);
    }
    case_contexts_use(contexts, flag);
    return flag;
}

void apply_case_flag(uint8_t *word, size_t size, uint8_t flag)
{
    if (flag == CASE_AS_IS)
        return;
    for (size_t i = 0; i < size; i++) {
        const uint8_t raised = to_upper(word[i]);
        if (raised == word[i])
            continue;
        word[i] = raised;
        if (flag == CASE_TITLE)
            return;
    }
}
