#include "engines/mix/cpu_path.h"

#if QCZ_X86 && defined(_MSC_VER)
#include <intrin.h>

/* Feature bits as in the Intel manual, volume 2, CPUID; the operating system has to save the wide registers as well. */
static int has(qcz_cpu_path path)
{
    int first[4];
    int seventh[4];
    __cpuid(first, 1);
    __cpuidex(seventh, 7, 0);
    const int saves_avx = (first[2] >> 27 & 1) && (_xgetbv(0) & 6) == 6;
    const int saves_avx512 = saves_avx && (_xgetbv(0) & 0xE6) == 0xE6;
    if (path == QCZ_CPU_SSE41)
        return first[2] >> 19 & 1;
    if (path == QCZ_CPU_AVX2)
        return saves_avx && (seventh[1] >> 5 & 1) && (seventh[1] >> 8 & 1);
    return saves_avx512 && (seventh[1] >> 16 & 1) && (seventh[1] >> 30 & 1) && has(QCZ_CPU_AVX2);
}
#elif QCZ_X86
static int has(qcz_cpu_path path)
{
    __builtin_cpu_init();
    if (path == QCZ_CPU_SSE41)
        return __builtin_cpu_supports("sse4.1") != 0;
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    return path == QCZ_CPU_AVX2 ? avx2 : avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}
#endif

static mix_code_block *find(qcz_cpu_path path)
{
    if (path == QCZ_CPU_PORTABLE)
        return mix_code_block_portable;
#if QCZ_X86
    if (path == QCZ_CPU_SSE41 && has(path))
        return mix_code_block_sse41;
    if (path == QCZ_CPU_AVX2 && has(path))
        return mix_code_block_avx2;
    if (path == QCZ_CPU_AVX512 && has(path))
        return mix_code_block_avx512;
#endif
#if QCZ_NEON
    if (path == QCZ_CPU_NEON)
        return mix_code_block_neon;
#endif
    return NULL;
}

mix_code_block *cpu_path_find(qcz_cpu_path path)
{
    if (path != QCZ_CPU_FASTEST)
        return find(path);
    static const qcz_cpu_path by_speed[] = {QCZ_CPU_AVX512, QCZ_CPU_AVX2, QCZ_CPU_SSE41, QCZ_CPU_NEON, QCZ_CPU_PORTABLE};
    mix_code_block *fastest = NULL;
    for (unsigned i = 0; fastest == NULL; i++)
        fastest = find(by_speed[i]);
    return fastest;
}

int qcz_cpu_has(qcz_cpu_path path)
{
    return cpu_path_find(path) != NULL;
}
