"""Fuzz target: what is told of a .qcz file without decoding it, and what is salvaged of it."""

from __future__ import annotations

import io

from outcomes import LIMITS, outcome, require

import quasicryth
from quasicryth import QczError, QczLimitError
from quasicryth.frames.info import describe


def _frames(data: bytes) -> tuple[quasicryth.FrameInfo, ...]:
    with quasicryth.open(io.BytesIO(data)) as file:
        return file.frames


def _recover(data: bytes) -> tuple[bytes, quasicryth.Recovery]:
    target = io.BytesIO()
    recovery = quasicryth.recover(io.BytesIO(data), target, **LIMITS)
    return target.getvalue(), recovery


def _check_frames(data: bytes, content: bytes | QczError) -> None:
    first, frames = outcome(lambda: quasicryth.get_frame_info(data)), outcome(lambda: _frames(data))
    size = outcome(lambda: quasicryth.get_frame_size(data))
    require(isinstance(size, QczError) or size == first.compressed_size <= len(data), "a frame has one size")
    if isinstance(content, bytes):
        require(isinstance(first, quasicryth.FrameInfo) and first == frames[0], "both ends say the same of a frame")
        require(sum(frame.decompressed_size for frame in frames) == len(content), "frames say how much content they have")
        require(sum(frame.compressed_size for frame in frames) == len(data), "frames say how long they are")


def _check_recovery(data: bytes, content: bytes | QczError) -> None:
    recovered = outcome(lambda: _recover(data))
    if isinstance(content, bytes):
        require(not isinstance(recovered, QczError), "what can be decoded can be recovered")
        require(recovered[0] == content and not recovered[1].damages, "nothing is lost where nothing is wrong")
    elif not isinstance(recovered, QczError):
        require(bool(recovered[1].damages), "all damage is found")
        place = 0
        for damage in recovered[1].damages:
            require(place <= damage.start <= damage.end <= len(data), "damages lie in the data, in order")
            place = damage.end


def fuzz_one_input(data: bytes) -> None:
    """Ask all that can be asked about *data*, and compare with what decoding says."""
    content = outcome(lambda: quasicryth.decompress(data, **LIMITS))
    if isinstance(content, QczLimitError):
        return
    _check_frames(data, content)
    _check_recovery(data, content)
    description = outcome(lambda: describe(io.BytesIO(data)))
    require(isinstance(description, QczError) == isinstance(content, QczError), "what can be decoded can be described")
