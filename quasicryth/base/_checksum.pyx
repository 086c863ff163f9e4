# cython: language_level=3, freethreading_compatible=True
"""XXH64 of the frame format; the work is done in csrc/base/checksum.c."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from quasicryth._qcz cimport qcz_checksum_matches, qcz_xxh64, qcz_xxh64_digest, qcz_xxh64_start, qcz_xxh64_update

from threading import Lock

cdef const uint8_t *NOTHING = <const uint8_t *>b""   # the engine wants a pointer even to no bytes


cdef uint64_t digest_of(const uint8_t *bytes, size_t size, uint64_t seed) noexcept nogil:
    cdef qcz_xxh64 state
    qcz_xxh64_start(&state, seed)
    qcz_xxh64_update(&state, bytes, size)
    return qcz_xxh64_digest(&state)


cdef class Xxh64:
    """A running XXH64. The object can be used from several threads, one call at a time."""

    cdef qcz_xxh64 state
    cdef object lock

    def __cinit__(self, const uint8_t[::1] data=b"", uint64_t seed=0):
        self.lock = Lock()
        qcz_xxh64_start(&self.state, seed)
        self.update(data)

    def update(self, const uint8_t[::1] data not None):
        """Add *data*."""
        if data.shape[0] > 0:
            with self.lock:
                with nogil:
                    qcz_xxh64_update(&self.state, &data[0], data.shape[0])

    def digest(self):
        """Return the checksum of all data so far as a number below 2^64; more data may follow."""
        with self.lock:
            return qcz_xxh64_digest(&self.state)


def xxh64(const uint8_t[::1] data not None, uint64_t seed=0):
    """Return the XXH64 of *data* as a number below 2^64."""
    cdef const uint8_t *start = &data[0] if data.shape[0] > 0 else NOTHING
    cdef size_t size = data.shape[0]
    cdef uint64_t digest
    with nogil:
        digest = digest_of(start, size, seed)
    return digest


def find_seed(const uint8_t[::1] data not None, uint32_t checksum, uint64_t first, uint64_t count):
    """Return the first of *count* seeds from *first* on with which the low 32 bits of the XXH64 of *data* are *checksum*, or None."""
    cdef const uint8_t *start = &data[0] if data.shape[0] > 0 else NOTHING
    cdef size_t size = data.shape[0]
    cdef uint64_t tried = 0
    with nogil:
        while tried < count and not qcz_checksum_matches(<uint32_t>digest_of(start, size, first + tried), checksum):
            tried += 1
    return first + tried if tried < count else None


def matches(uint64_t computed, uint64_t stated):
    """Return whether *computed* is the checksum that data states; a build for fuzzing takes any for right."""
    return qcz_checksum_matches(computed, stated) != 0


# Whether this build refuses wrong checksums: all but one for fuzzing do.
CHECKSUMS_ARE_CHECKED = not matches(0, 1)
