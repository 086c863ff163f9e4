#include "base/error.h"

qcz_status fail(qcz_error *error, qcz_status status, const char *message, size_t offset)
{
    *error = (qcz_error){.status = status, .message = message, .offset = offset};
    return status;
}

qcz_status out_of_memory(qcz_error *error)
{
    return fail(error, QCZ_ERROR_MEMORY, "out of memory", 0);
}

const char *qcz_status_name(qcz_status status)
{
    switch (status) {
    case QCZ_OK:
        return "ok";
    case QCZ_ERROR_CORRUPT:
        return "corrupt";
    case QCZ_ERROR_LIMIT:
        return "limit";
    case QCZ_ERROR_MEMORY:
        return "memory";
    case QCZ_ERROR_PARAMETER:
        return "parameter";
    case QCZ_ERROR_NOT_TEXT:
        return "not text";
    default:
        return "unknown";
    }
}
