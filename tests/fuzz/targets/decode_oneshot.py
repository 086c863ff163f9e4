"""Fuzz target: a .qcz file from memory, by every function that takes it whole."""

from __future__ import annotations

from outcomes import LIMITS, MAX_LENGTH, MEMLIMIT, outcome, require

import quasicryth


def fuzz_one_input(data: bytes) -> None:
    """Decompress *data* in three ways, which have to agree."""
    content = outcome(lambda: quasicryth.decompress(data, **LIMITS))
    target = bytearray(MAX_LENGTH)
    size = outcome(lambda: quasicryth.decompress_into(data, target, memlimit=MEMLIMIT))
    # Threads take long to start, so that only some inputs have them.
    threads = 2 if sum(data[-4:]) % 16 == 0 else 1
    again = outcome(lambda: quasicryth.decompress(data, threads=threads, **LIMITS))
    if isinstance(content, bytes):
        require(len(content) <= MAX_LENGTH, "the limit is kept")
        require(again == content, "threads do not change the content")
        require(size == len(content) and target[:size] == content, "a buffer gets the same content")
    else:
        require(type(again) is type(content) and str(again) == str(content), "threads do not change the error")
        require(type(size) is type(content), "a buffer gets the same error")
