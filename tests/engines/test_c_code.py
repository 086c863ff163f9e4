"""The C engine by itself: strict warnings, no hidden state, no floating point, and hostile payloads under sanitizers."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from builds import COMPILER, CSRC, FAIL_ALLOCATIONS, OPTIMIZED, SANITIZERS, build
from conftest import ROOT
from fuzz.kept_inputs import unpack_inputs
from fuzz.seeds import write_seeds
from samples import english

FUZZ = ROOT / "tests" / "fuzz"
PLAIN = ["-O2", "-U__SSE2__", "-U__ARM_NEON"]  # as on a processor whose vectors we do not know


SOURCES = sorted(CSRC.rglob("*.c"))


def name_of(source) -> str:
    return source.relative_to(CSRC).as_posix()


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=name_of)
@pytest.mark.parametrize("options", [OPTIMIZED, ["-O0", "-DNDEBUG"]], ids=["O3", "O0"])
def test_no_warnings(builds, source, options):
    builds.compiled(source, options)


@pytest.mark.slow
def test_no_warnings_without_vectors(builds):
    """Only of what looks for them: the rest is the same as with them."""
    compiled = 0
    for source in SOURCES:
        rule = subprocess.run([COMPILER, "-MM", "-I", CSRC, source], capture_output=True, text=True, check=True).stdout
        if any("__SSE2__" in (ROOT / name).read_text() for name in rule.replace("\\", " ").split()[1:]):
            builds.compiled(source, PLAIN)
            compiled += 1
    assert compiled > 1


@pytest.mark.parametrize("source", sorted(CSRC.rglob("*.[ch]")), ids=name_of)
def test_no_floating_point_no_input_output_no_exit(source):
    code = re.sub(r"/\*.*?\*/", "", source.read_text(), flags=re.DOTALL)
    assert not re.search(r"\b(float|double|printf|FILE|exit|abort|Python\.h)\b", code)


@pytest.mark.slow
def test_no_variable_state(builds):
    for compiled in builds.optimized_library():
        sections = subprocess.run(["size", "-A", compiled], capture_output=True, text=True, check=True).stdout
        sizes = {line.split()[0]: int(line.split()[1]) for line in sections.splitlines() if line.startswith(".")}
        assert ".text" in sizes
        assert not any(sizes.get(section, 0) for section in (".data", ".bss", ".tdata", ".tbss")), compiled


# What is fuzzed: the target, and by how many mutations. More of them reach next to nothing more: five times as many not one more
# branch of the engine paper, and of the others one in a hundred.
TARGETS = {
    "paper": ("decode_paper_block", 10_000),
    "fast": ("decode_fast_block", 2000),
    "mix": ("decode_mix_block", 1500),
    "round trip": ("round_trip_block", 500),
}


@pytest.fixture(scope="session")
def seeds(tmp_path_factory):
    return {engine: write_seeds(target, tmp_path_factory.mktemp(target)) for engine, (target, _) in TARGETS.items()}


@pytest.fixture(scope="session")
def harness(builds, tmp_path_factory):
    """The fuzz drivers of every engine, built with the address and undefined-behaviour sanitizers."""
    folder = tmp_path_factory.mktemp("harness")
    library = builds.sanitized_library()
    for driver in ("replay", "mutate"):
        for engine, (target, _) in TARGETS.items():
            objects = [builds.compiled(source, SANITIZERS) for source in (FUZZ / f"{driver}.c", FUZZ / "targets" / f"{target}.c")]
            build(*SANITIZERS, *objects, library, "-o", folder / f"{driver} {engine}")
    failing = builds.compiled(FUZZ / "fail_allocations.c", SANITIZERS)
    build(*SANITIZERS, FAIL_ALLOCATIONS, failing, library, "-o", folder / "fail_allocations")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("engine", TARGETS)
def test_honest_payloads_under_sanitizers(harness, seeds, engine):
    run = subprocess.run([harness / f"replay {engine}", *seeds[engine]], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("engine", TARGETS)
def test_hostile_payloads_under_sanitizers(harness, seeds, engine):
    count = str(TARGETS[engine][1])
    command = [harness / f"mutate {engine}", "1", count, *seeds[engine]]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode == 0, run.stderr
    assert count in run.stdout


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["paper", "fast", "mix"])
def test_inputs_that_fuzzing_found_under_sanitizers(harness, engine, tmp_path):
    inputs = unpack_inputs(TARGETS[engine][0], tmp_path)
    run = subprocess.run([harness / f"replay {engine}", *inputs], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "darwin", reason="the linker there cannot wrap functions")
@pytest.mark.parametrize(("engine", "level"), [("fast", 2), ("mix", 4), ("mix", 9)])
def test_every_allocation_may_fail(harness, tmp_path, engine, level):
    (tmp_path / "text").write_bytes(english()[:3000] + "Zoë\r\n".encode() * 20)
    run = subprocess.run(
        [harness / "fail_allocations", engine, str(level), tmp_path / "text"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "allocations to encode" in run.stdout


@pytest.mark.slow
def test_vector_and_plain_nodes_give_the_same_bytes(builds, tmp_path):
    """The frequency tree has SSE2, NEON and plain versions; one encoder of each kind writes the same."""
    program = tmp_path / "program.c"
    program.write_text(PROGRAM)
    used = [source for room in ("base", "coding") for source in sorted((CSRC / room).glob("*.c"))]
    outputs = set()
    for options in (OPTIMIZED, PLAIN):
        objects = [builds.compiled(source, options) for source in used]
        build("-std=c11", *options, "-I", CSRC, program, *objects, "-o", tmp_path / "program")
        outputs.add(subprocess.run([tmp_path / "program"], capture_output=True, check=True).stdout)
    (output,) = outputs
    assert len(output) > 50_000


PROGRAM = r"""
#include "coding/frequency_model.h"
#include <stdio.h>

int main(void)
{
    node_arena arena;
    frequency_model model;
    arithmetic_encoder encoder;
    uint32_t state = 1;
    node_arena_allocate(&arena, frequency_model_node_count(30000));
    frequency_model_start(&model, 30000, &arena);
    arithmetic_encoder_start(&encoder);
    for (int i = 0; i < 1200000; i++) {
        state = state * 1664525u + 1013904223u;
        encode_symbol(&encoder, &model, state >> 16 < 60000 ? 7 : (state >> 8) % 30000);
    }
    arithmetic_encoder_finish(&encoder);
    fwrite(encoder.output.bytes, 1, encoder.output.size, stdout);
    qcz_buffer_free(&encoder.output);
    node_arena_free(&arena);
    return 0;
}
"""
