/* path.h - which compilation of the mixing engine goes with a processor. All give the same bytes. */
#ifndef QCZ_ENGINES_MIX_PATH_H
#define QCZ_ENGINES_MIX_PATH_H

#include "base/processor.h"
#include "engines/mix/coder.h"

/* The code for a path that qcz_cpu_has. */
mix_code_block *mix_path_find(qcz_cpu_path path);

#endif
