"""A first look: compresses text that every Python carries with the command, shows what is in it, and brings it back."""

from __future__ import annotations

import bz2
import subprocess
import sys
import tempfile
from pathlib import Path

import zstandard

from ..measures.rivals import compress_by_xz


def _sample() -> tuple[str, bytes]:
    """The reference documentation inside Python: real English, with code in it."""
    import pydoc_data.topics as topics

    return "Python's language reference", "\n".join(topics.topics[name] for name in sorted(topics.topics)).encode()


def _qcz(*arguments: str) -> None:
    print("$ qcz", *arguments)
    subprocess.run([sys.executable, "-m", "quasicryth", *arguments], check=True)


def run(name: str | None = None) -> bool:
    """Compress the file *name*, or else the sample; returns whether it came back."""
    title, text = (name, Path(name).read_bytes()) if name else _sample()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "sample.txt"
        plain.write_bytes(text)
        print(f"{title}: {len(text):,} bytes")
        _qcz("compress", str(plain))
        _qcz("info", f"{plain}.qcz")
        _qcz("decompress", f"{plain}.qcz", "-o", f"{plain}.back")
        same = Path(f"{plain}.back").read_bytes() == text
        sizes = {
            "qcz": Path(f"{plain}.qcz").stat().st_size,
            "xz -9e": len(compress_by_xz(text)),
            "zstd -19": len(zstandard.ZstdCompressor(level=19).compress(text)),
            "bzip2 -9": len(bz2.compress(text)),
        }
    for program, size in sorted(sizes.items(), key=lambda item: item[1]):
        print(f"{program:9} {size:>9,} bytes  {100 * size / len(text):6.2f} %")
    print("the round trip is exact" if same else "THE ROUND TRIP FAILED")
    return same
