"""The C library built for x86 with 32 bits, without SSE2 and with it: no warnings, and the same bytes as the build with 64 bits."""

from __future__ import annotations

import io
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from builds import COMPILER, CSRC, WARNINGS
from conftest import ROOT
from samples import CHINESE, SMALL, english, source_code, wrapped

from quasicryth.base.limits import Limits
from quasicryth.engines._engine import ENGINES
from quasicryth.engines.coded_block import encode
from quasicryth.engines.options import EngineOptions
from quasicryth.frames.blocks import segments_of
from quasicryth.frames.decoder import decode_file
from quasicryth.frames.layout import Block
from quasicryth.frames.segments import SegmentKind

pytestmark = pytest.mark.slow

PROGRAM = ROOT / "tests" / "engines" / "replay_blocks.c"
DATA = ROOT / "tests" / "data"
BUILDS = {"without SSE2": ["-m32", "-march=i686"], "with SSE2": ["-m32", "-march=i686", "-msse2"]}
TEXTS = [english()[:20_000], source_code()[:10_000], CHINESE[:3000], wrapped("\r\n")[:6000], SMALL["empty"], SMALL["all bytes"]]


def record(engine: int, level: int, content: bytes, head: bytes, payload: bytes) -> bytes:
    return struct.pack("<5I", engine, level, len(content), len(head), len(payload)) + content + head + payload


def coded_blocks() -> Iterator[bytes]:
    """Blocks of every engine at every level."""
    for engine in ENGINES:
        # The parse that an engine takes is made in Cython: without it the program cannot encode.
        levels = [0] if engine.takes_parse else engine.levels
        for level in levels:
            for text in TEXTS:
                coded = encode(text, EngineOptions(engine.name, level or engine.default_level, None))
                if coded is not None:
                    yield record(engine.number, level, text, coded.head, coded.segments[0][1])


def golden_blocks() -> Iterator[bytes]:
    """The blocks of golden files that are coded by an engine."""
    for path in sorted(DATA.glob("good-*.qcz")):
        for part, content in decode_file(io.BytesIO(path.read_bytes()), Limits()):
            if not isinstance(part, Block) or content is None:
                continue
            segments = list(segments_of(part))
            if [segment.kind for segment in segments] == [SegmentKind.ENGINE]:
                payload = bytes(part.body[segments[0].payload_start : segments[0].payload_end])
                yield record(part.header.engine, 0, content, bytes(part.body[: part.header.head_size]), payload)


@pytest.fixture(scope="module", params=BUILDS)
def options(request, tmp_path_factory) -> list[str]:
    """The compiler's options for a build, where what it makes with them can be run here."""
    folder = tmp_path_factory.mktemp("trial")
    (folder / "trial.c").write_text("#include <stdlib.h>\nint main(void) { return sizeof(void *) == 4 ? 0 : EXIT_FAILURE; }\n")
    command = [COMPILER, *BUILDS[request.param], folder / "trial.c", "-o", folder / "trial"]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("the compiler makes no programs of 32 bits for x86, or there is no C library for them (Debian: gcc-multilib)")
    try:
        works = subprocess.run([folder / "trial"], check=False).returncode == 0
    except OSError:
        works = False
    if not works:
        pytest.skip("programs of 32 bits do not run here")
    return BUILDS[request.param]


def test_both_builds_give_the_same_bytes(options, tmp_path: Path):
    blocks = [*coded_blocks(), *golden_blocks()]
    (tmp_path / "blocks").write_bytes(b"".join(blocks))
    sources = sorted(CSRC.rglob("*.c"))
    build = [COMPILER, *WARNINGS, "-O1", *options, "-I", CSRC, PROGRAM, *sources, "-o", tmp_path / "replay_blocks"]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    run = subprocess.run([tmp_path / "replay_blocks", tmp_path / "blocks"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    address, paths, count = (part.split()[0] for part in run.stdout.split(", "))
    assert (address, count) == ("4", str(len(blocks)))
    assert int(paths) > 1 or "-msse2" not in options
