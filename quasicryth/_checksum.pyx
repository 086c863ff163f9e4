# cython: language_level=3
"""XXH64 of the frame format; the work is done in csrc/checksum.c."""

from libc.stdint cimport uint8_t, uint64_t
from quasicryth._qcz cimport qcz_checksum_matches, qcz_xxh64, qcz_xxh64_digest, qcz_xxh64_start, qcz_xxh64_update


cdef class Xxh64:
    """A running XXH64."""

    cdef qcz_xxh64 state

    def __cinit__(self, const uint8_t[::1] data=b"", uint64_t seed=0):
        qcz_xxh64_start(&self.state, seed)
        self.update(data)

    def update(self, const uint8_t[::1] data not None):
        """Add *data*."""
        if data.shape[0] > 0:
            with nogil:
                qcz_xxh64_update(&self.state, &data[0], data.shape[0])

    def digest(self):
        """Return the checksum of all data so far as a number below 2^64; more data may follow."""
        return qcz_xxh64_digest(&self.state)


def xxh64(const uint8_t[::1] data not None, uint64_t seed=0):
    """Return the XXH64 of *data* as a number below 2^64."""
    return Xxh64(data, seed).digest()


def matches(uint64_t computed, uint64_t stated):
    """Return whether *computed* is the checksum that data states; a build for fuzzing takes any for right."""
    return qcz_checksum_matches(computed, stated) != 0


# Whether this build refuses wrong checksums: all but one for fuzzing do.
CHECKSUMS_ARE_CHECKED = not matches(0, 1)
