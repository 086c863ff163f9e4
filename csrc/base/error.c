#include "base/error.h"

qcz_status fail(qcz_error *error, qcz_status status, const char *message, size_t offset)
{
    *error = (qcz_error){.status = status, .message = message, .offset = offset};
    return status;
}
