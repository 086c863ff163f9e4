/* compiler.h - what compilers know beyond C, where they do. Room base: what all rooms stand on; it uses qcz.h alone. */
#ifndef QCZ_BASE_COMPILER_H
#define QCZ_BASE_COMPILER_H

#if defined(__GNUC__)
#define ALWAYS_INLINE inline __attribute__((always_inline))
/* Asks memory for what will be written. */
#define PREFETCH(address) __builtin_prefetch((address), 1)
/* And for what will be read. */
#define PREFETCH_READ(address) __builtin_prefetch((address), 0)
#else
#define ALWAYS_INLINE inline
#define PREFETCH(address) ((void)(address))
#define PREFETCH_READ(address) ((void)(address))
#endif

#endif
