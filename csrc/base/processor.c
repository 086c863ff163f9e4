#include "base/processor.h"

#if QCZ_X86 && defined(_MSC_VER)
#include <intrin.h>

/* Feature bits as in the Intel manual, volume 2, CPUID; the operating system has to save the wide registers as well. */
static int has_x86(qcz_cpu_path path)
{
    int first[4];
    int seventh[4];
    __cpuid(first, 1);
    __cpuidex(seventh, 7, 0);
    const int saves_avx = (first[2] >> 27 & 1) && (_xgetbv(0) & 6) == 6;
    const int saves_avx512 = saves_avx && (_xgetbv(0) & 0xE6) == 0xE6;
    const int avx2 = saves_avx && (seventh[1] >> 5 & 1) && (seventh[1] >> 8 & 1);
    if (path == QCZ_CPU_SSE41)
        return first[2] >> 19 & 1;
    return path == QCZ_CPU_AVX2 ? avx2 : avx2 && saves_avx512 && (seventh[1] >> 16 & 1) && (seventh[1] >> 30 & 1);
}
#elif QCZ_X86
static int has_x86(qcz_cpu_path path)
{
    __builtin_cpu_init();
    if (path == QCZ_CPU_SSE41)
        return __builtin_cpu_supports("sse4.1") != 0;
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    return path == QCZ_CPU_AVX2 ? avx2 : avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}
#endif

int qcz_cpu_has(qcz_cpu_path path)
{
    switch (path) {
    case QCZ_CPU_FASTEST:
    case QCZ_CPU_PORTABLE:
        return 1;
#if QCZ_X86
    case QCZ_CPU_SSE41:
    case QCZ_CPU_AVX2:
    case QCZ_CPU_AVX512:
        return has_x86(path);
#endif
#if QCZ_NEON
    case QCZ_CPU_NEON:
        return 1;
#endif
    default:
        return 0;
    }
}

qcz_cpu_path processor_path(qcz_cpu_path path)
{
    static const qcz_cpu_path by_speed[] = {QCZ_CPU_AVX512, QCZ_CPU_AVX2, QCZ_CPU_SSE41, QCZ_CPU_NEON, QCZ_CPU_PORTABLE};
    for (unsigned i = 0; path == QCZ_CPU_FASTEST; i++)
        if (qcz_cpu_has(by_speed[i]))
            path = by_speed[i];
    return path;
}
