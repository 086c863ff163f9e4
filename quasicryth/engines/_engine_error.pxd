# cython: language_level=3
# What the C engine says of a payload, as an exception of this package.
from quasicryth._qcz cimport QCZ_ERROR_LIMIT, QCZ_ERROR_MEMORY, qcz_error


cdef inline int raise_error(const qcz_error *error) except -1:
    from quasicryth.errors import QczCorruptError, QczLimitError

    message = f"{error.message.decode('ascii')} (byte {error.offset} of the block's payload)"
    if error.status == QCZ_ERROR_MEMORY:
        raise MemoryError("no memory to decode the block")
    if error.status == QCZ_ERROR_LIMIT:
        raise QczLimitError(message)
    raise QczCorruptError(message)
