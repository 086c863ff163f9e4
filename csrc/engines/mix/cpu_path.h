/* cpu_path.h - which compilation of the mixing engine this processor runs fastest. All give the same bytes. */
#ifndef QCZ_ENGINES_MIX_CPU_PATH_H
#define QCZ_ENGINES_MIX_CPU_PATH_H

#include "engines/mix/coder.h"

#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)
#define QCZ_X86 1
#elif defined(_M_X64)
#define QCZ_X86 1
#else
#define QCZ_X86 0
#endif

#if defined(__aarch64__) || defined(_M_ARM64)
#define QCZ_NEON 1
#else
#define QCZ_NEON 0
#endif

/* The code for a path; NULL if this build or this processor does not have it. */
mix_code_block *cpu_path_find(qcz_cpu_path path);

#endif
