"""Numbers of one to five bytes: FORMAT.md calls them varints."""

from __future__ import annotations

_MOST = (1 << 32) - 1


class MalformedNumberError(ValueError):
    """The bytes are no varint, or end inside one."""


def write_varint(value: int) -> bytes:
    """Return the bytes of *value*, which is below 2^32."""
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def varint_size(value: int) -> int:
    """Return how many bytes *value* takes."""
    return max(value.bit_length() + 6, 7) // 7


def read_varint(encoded: bytes | bytearray, place: int) -> tuple[int, int]:
    """Return the number at *place* of *encoded*, and where the next byte is. Raises MalformedNumberError."""
    if place < len(encoded) and encoded[place] < 0x80:
        return encoded[place], place + 1
    value = 0
    for shift in range(0, 35, 7):
        if place >= len(encoded):
            break
        byte = encoded[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value > _MOST or (byte == 0 and shift > 0):
                break
            return value, place
    raise MalformedNumberError("a malformed number")
