#include "engines/mix/path.h"

mix_code_block *mix_path_find(qcz_cpu_path path)
{
    switch (processor_path(path)) {
#if QCZ_X86
    case QCZ_CPU_SSE41:
        return mix_code_block_sse41;
    case QCZ_CPU_AVX2:
        return mix_code_block_avx2;
    case QCZ_CPU_AVX512:
        return mix_code_block_avx512;
#endif
#if QCZ_NEON
    case QCZ_CPU_NEON:
        return mix_code_block_neon;
#endif
    default:
        return mix_code_block_portable;
    }
}
