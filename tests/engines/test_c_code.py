"""The C engine by itself: strict warnings, no hidden state, no floating point, and hostile payloads under sanitizers."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT
from fuzz.kept_inputs import unpack_inputs
from fuzz.seeds import write_seeds
from samples import english

CSRC = ROOT / "csrc"
FUZZ = ROOT / "tests" / "fuzz"
COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang") or "cc"
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror"]
PLAIN = ["-O2", "-U__SSE2__", "-U__ARM_NEON"]  # as on a processor whose vectors we do not know
SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def build(*arguments) -> None:
    run = subprocess.run([COMPILER, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("source", sorted(path.relative_to(CSRC).as_posix() for path in CSRC.rglob("*.c")))
@pytest.mark.parametrize("options", [["-O3"], ["-O0", "-DNDEBUG"], PLAIN], ids=["O3", "O0", "plain C"])
def test_no_warnings(source, options, tmp_path):
    build(*WARNINGS, *options, "-I", CSRC, "-c", CSRC / source, "-o", tmp_path / "object.o")


@pytest.mark.parametrize("source", sorted(CSRC.rglob("*.[ch]")), ids=lambda path: path.relative_to(CSRC).as_posix())
def test_no_floating_point_no_input_output_no_exit(source):
    code = re.sub(r"/\*.*?\*/", "", source.read_text(), flags=re.DOTALL)
    assert not re.search(r"\b(float|double|printf|FILE|exit|abort|Python\.h)\b", code)


def test_no_variable_state(tmp_path):
    for source in CSRC.rglob("*.c"):
        build("-std=c11", "-O2", "-I", CSRC, "-c", source, "-o", tmp_path / "object.o")
        sections = subprocess.run(["size", "-A", tmp_path / "object.o"], capture_output=True, text=True, check=True).stdout
        sizes = {line.split()[0]: int(line.split()[1]) for line in sections.splitlines() if line.startswith(".")}
        assert not any(sizes.get(section, 0) for section in (".data", ".bss", ".tdata", ".tbss")), source.name


# What is fuzzed: the target, and how many mutations a test run has time for.
TARGETS = {
    "paper": ("decode_paper_block", 60_000),
    "fast": ("decode_fast_block", 2000),
    "mix": ("decode_mix_block", 1500),
    "round trip": ("round_trip_block", 500),
}


@pytest.fixture(scope="session")
def seeds(tmp_path_factory):
    return {engine: write_seeds(target, tmp_path_factory.mktemp(target)) for engine, (target, _) in TARGETS.items()}


@pytest.fixture(scope="session")
def harness(tmp_path_factory):
    """The fuzz drivers of every engine, built with the address and undefined-behaviour sanitizers."""
    folder = tmp_path_factory.mktemp("harness")
    for source in sorted(CSRC.rglob("*.c")):
        name = "_".join(source.relative_to(CSRC).with_suffix("").parts)
        build(*WARNINGS, *SANITIZERS, "-I", CSRC, "-c", source, "-o", folder / f"{name}.o")
    objects = sorted(folder.glob("*.o"))
    for engine, (target, _) in TARGETS.items():
        for driver in ("replay", "mutate"):
            sources = [FUZZ / f"{driver}.c", FUZZ / "targets" / f"{target}.c", *objects]
            build(*WARNINGS, *SANITIZERS, "-I", CSRC, *sources, "-o", folder / f"{driver} {engine}")
    wrapped = ",".join(f"--wrap={name}" for name in ("malloc", "calloc", "realloc"))
    arguments = ["-I", CSRC, f"-Wl,{wrapped}", FUZZ / "fail_allocations.c", *objects]
    build(*WARNINGS, *SANITIZERS, *arguments, "-o", folder / "fail_allocations")
    return folder


@pytest.mark.parametrize("engine", TARGETS)
def test_honest_payloads_under_sanitizers(harness, seeds, engine):
    run = subprocess.run([harness / f"replay {engine}", *seeds[engine]], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("engine", TARGETS)
def test_hostile_payloads_under_sanitizers(harness, seeds, engine):
    count = str(TARGETS[engine][1])
    command = [harness / f"mutate {engine}", "1", count, *seeds[engine]]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode == 0, run.stderr
    assert count in run.stdout


@pytest.mark.parametrize("engine", ["paper", "fast", "mix"])
def test_inputs_that_fuzzing_found_under_sanitizers(harness, engine, tmp_path):
    inputs = unpack_inputs(TARGETS[engine][0], tmp_path)
    run = subprocess.run([harness / f"replay {engine}", *inputs], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.skipif(sys.platform == "darwin", reason="the linker there cannot wrap functions")
@pytest.mark.parametrize(("engine", "level"), [("fast", 2), ("mix", 4), ("mix", 9)])
def test_every_allocation_may_fail(harness, tmp_path, engine, level):
    (tmp_path / "text").write_bytes(english()[:3000] + "Zoë\r\n".encode() * 20)
    run = subprocess.run(
        [harness / "fail_allocations", engine, str(level), tmp_path / "text"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "allocations to encode" in run.stdout


def test_vector_and_plain_nodes_give_the_same_bytes(tmp_path):
    """The frequency tree has SSE2, NEON and plain versions; one encoder of each kind writes the same."""
    program = tmp_path / "program.c"
    program.write_text(PROGRAM)
    engine = sorted(CSRC.rglob("*.c"))
    outputs = set()
    for options in ([], PLAIN):
        build("-std=c11", "-O2", *options, "-I", CSRC, program, *engine, "-o", tmp_path / "program")
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
