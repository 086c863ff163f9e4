/* version.c - the version of what was built. */
#include "qcz.h"

#define QUOTED(number) #number
#define JOINED(major, minor, patch) QUOTED(major) "." QUOTED(minor) "." QUOTED(patch)

const char *qcz_version(void)
{
    return JOINED(QCZ_VERSION_MAJOR, QCZ_VERSION_MINOR, QCZ_VERSION_PATCH);
}
