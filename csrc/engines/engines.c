/* engines.c - which engines there are. To add one, add its line. */
#include "engines/engine.h"

/* A test build adds the engine that it is about. */
#ifdef QCZ_TEST_ENGINE
#define TEST_ENGINE ENGINE(QCZ_TEST_ENGINE)
#else
#define TEST_ENGINE
#endif

#define ENGINES   \
    ENGINE(fast)  \
    ENGINE(mix)   \
    ENGINE(paper) \
    TEST_ENGINE

#define JOINED(name, suffix) name##suffix
#define CONSTANT_OF(name) JOINED(name, _engine)

#define ENGINE(name) extern const engine CONSTANT_OF(name);
ENGINES
#undef ENGINE

#define ENGINE(name) &CONSTANT_OF(name),
static const engine *const engines[] = {ENGINES};

size_t qcz_engine_count(void)
{
    return sizeof engines / sizeof engines[0];
}

const qcz_engine_facts *qcz_engine_facts_at(size_t index)
{
    return &engines[index]->facts;
}

const engine *engine_find(unsigned number)
{
    for (size_t i = 0; i < sizeof engines / sizeof engines[0]; i++)
        if (engines[i]->facts.number == number)
            return engines[i];
    return NULL;
}
