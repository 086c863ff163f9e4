/*
 * processor.h - which kinds of processor a build knows; processor.c says which this one is. Room base: what all rooms stand on; it
 * uses qcz.h alone.
 */
#ifndef QCZ_BASE_PROCESSOR_H
#define QCZ_BASE_PROCESSOR_H

#include "qcz.h"

/* With 32 bits only where SSE2 is taken for granted: else gcc refuses immintrin.h, whatever a function is compiled for. */
#if defined(__GNUC__) && (defined(__x86_64__) || (defined(__i386__) && defined(__SSE2__)))
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

/* The fastest path that qcz_cpu_has, where `path` is QCZ_CPU_FASTEST; else `path`. */
qcz_cpu_path processor_path(qcz_cpu_path path);

#endif
