"""The command: what it writes, what it refuses, what it leaves behind."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time

import pytest
from paths import run_command
from samples import english, synthetic_text

import quasicryth

TEXT = synthetic_text(20_000)
QCZ = [sys.executable, "-m", "quasicryth"]


def tree(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.txt").write_bytes(TEXT)
    (tmp_path / "b.qcz").write_bytes(quasicryth.compress(TEXT))
    return tmp_path


PACKED = quasicryth.compress(TEXT)
PAPER = quasicryth.compress(TEXT, engine="paper")
BLOCKS = quasicryth.compress(TEXT, block_size=5000)
LINES = TEXT.splitlines(keepends=True)

# arguments, standard input -> status, standard output, files added or changed (None: gone), part of the message
TABLE = [
    (["compress", "a.txt"], b"", 0, b"", {"a.txt.qcz": PACKED}, ""),
    (["compress", "-k", "a.txt"], b"", 0, b"", {"a.txt.qcz": PACKED}, ""),
    (["compress", "--rm", "a.txt"], b"", 0, b"", {"a.txt.qcz": PACKED, "a.txt": None}, ""),
    (["compress", "a.txt", "-o", "new"], b"", 0, b"", {"new": PACKED}, ""),
    (["compress", "-c", "a.txt"], b"", 0, PACKED, {}, ""),
    (["compress", "-o", "-", "a.txt"], b"", 0, PACKED, {}, ""),
    (["compress", "-"], TEXT, 0, PACKED, {}, ""),
    (["compress"], TEXT, 0, PACKED, {}, ""),
    (["compress", "-o", "new"], TEXT, 0, b"", {"new": PACKED}, ""),
    (["compress", "-6", "--engine", "mix", "--block-size", "64m"], TEXT, 0, PACKED, {}, ""),
    (["compress", "-9"], TEXT, 0, quasicryth.compress(TEXT, 9), {}, ""),
    (["compress", "-c4", "a.txt"], b"", 0, quasicryth.compress(TEXT, 4), {}, ""),
    (["compress", "-9", "-1", "-7"], TEXT, 0, quasicryth.compress(TEXT, 7), {}, ""),
    (["compress", "-3"], TEXT, 0, quasicryth.compress(TEXT, engine="fast"), {}, ""),
    (["compress", "--engine", "paper", "-3"], TEXT, 0, PAPER, {}, ""),
    (["compress", "-9", "--engine", "paper"], TEXT, 0, PAPER, {}, ""),
    (["compress", "--engine", "paper", "--tiling", "multi", "--block-size", "64m"], TEXT, 0, PAPER, {}, ""),
    (["compress", "--block-size", "5000"], TEXT, 0, quasicryth.compress(TEXT, block_size=5000), {}, ""),
    (["compress", "--block-size", "4K"], TEXT, 0, quasicryth.compress(TEXT, block_size=4096), {}, ""),
    (["compress", "--tiling", "period:LLSLS"], TEXT, 0, quasicryth.compress(TEXT, engine="paper", tiling="period5"), {}, ""),
    (["compress", "-9", "--tiling", "multi"], TEXT, 0, PAPER, {}, ""),
    (["compress"], b"", 0, quasicryth.compress(b""), {}, ""),
    (["compress", "a.txt", "-o", "b.qcz"], b"", 1, b"", {}, "b.qcz: already exists; use -f"),
    (["compress", "-f", "a.txt", "-o", "b.qcz"], b"", 0, b"", {"b.qcz": PACKED}, ""),
    (["compress", "a.txt", "-o", "a.txt"], b"", 1, b"", {}, "same file"),
    (["compress", "-f", "a.txt", "-o", "a.txt"], b"", 1, b"", {}, "same file"),
    (["compress", "missing"], b"", 1, b"", {}, "missing: No such file"),
    (["compress", "."], b"", 1, b"", {}, "is a folder"),
    (["compress", ""], b"", 1, b"", {}, "No such file"),
    (["compress", "a.txt", "-o", ""], b"", 1, b"", {}, "name of the output is empty"),
    (["compress", "a.txt", "-o", "no/such/place"], b"", 1, b"", {}, "No such file"),
    (["compress", "-c", "-o", "new", "a.txt"], b"", 1, b"", {}, "exclude each other"),
    (["compress", "--rm", "-c", "a.txt"], b"", 1, b"", {}, "--rm"),
    (["compress", "--rm", "-k", "a.txt"], b"", 1, b"", {}, "--rm"),
    (["compress", "--tiling", "penrose", "a.txt"], b"", 1, b"", {}, "thue-morse"),
    (["compress", "--engine", "mix", "--tiling", "multi", "a.txt"], b"", 1, b"", {}, "the engine mix takes no tiling"),
    (["compress", "-3", "--engine", "mix", "a.txt"], b"", 1, b"", {}, "the levels 4 to 9, not 3"),
    (["compress", "-0", "a.txt"], b"", 1, b"", {}, "No such option"),
    (["compress", "--engine", "steam", "a.txt"], b"", 1, b"", {}, "paper"),
    (["compress", "--block-size", "0", "a.txt"], b"", 1, b"", {}, "not between"),
    (["compress", "--block-size", "2g", "a.txt"], b"", 1, b"", {}, "not between"),
    (["compress", "--block-size", "x", "a.txt"], b"", 1, b"", {}, "not a size"),
    (["compress", "--nonsense"], b"", 1, b"", {}, "No such option"),
    (["decompress", "b.qcz"], b"", 0, b"", {"b": TEXT}, ""),
    (["decompress", "--rm", "b.qcz"], b"", 0, b"", {"b": TEXT, "b.qcz": None}, ""),
    (["decompress", "-c", "b.qcz"], b"", 0, TEXT, {}, ""),
    (["decompress", "b.qcz", "-o", "new"], b"", 0, b"", {"new": TEXT}, ""),
    (["decompress"], PACKED, 0, TEXT, {}, ""),
    (["decompress", "-"], PACKED + PAPER, 0, TEXT * 2, {}, ""),
    (["decompress", "b.qcz", "-o", "a.txt"], b"", 1, b"", {}, "already exists"),
    (["decompress", "a.txt"], b"", 1, b"", {}, "does not end in .qcz"),
    (["decompress", "-c", "a.txt"], b"", 1, b"", {}, "not a .qcz file"),
    (["decompress", "a.txt", "-o", "new"], b"", 1, b"", {}, "not a .qcz file"),
    (["decompress"], b"", 1, b"", {}, "standard input: there is no data"),
    (["decompress", "-f", "a.txt", "-o", "b.qcz"], b"", 1, b"", {}, "not a .qcz file"),
    (["decompress"], PACKED[:-1], 1, None, {}, "ends at byte"),
    (["compress", "-T2", "--block-size", "5000"], TEXT, 0, quasicryth.compress(TEXT, block_size=5000), {}, ""),
    (["compress", "-T", "0", "--rm", "a.txt"], b"", 0, b"", {"a.txt.qcz": PACKED, "a.txt": None}, ""),
    (["compress", "-T", "-1"], TEXT, 1, b"", {}, "-1 is not in the range"),
    (["decompress", "--threads", "3"], BLOCKS, 0, TEXT, {}, ""),
    (["decompress", "--max-length", "19999", "b.qcz"], b"", 1, b"", {}, "longer than the limit"),
    (["decompress", "-M", "1k", "b.qcz"], b"", 1, b"", {}, "the limit is 1024"),
    (["cat", "b.qcz"], b"", 0, TEXT, {}, ""),
    (["cat"], BLOCKS + BLOCKS, 0, TEXT * 2, {}, ""),
    (["cat", "--range", "100:200", "b.qcz"], b"", 0, TEXT[100:200], {}, ""),
    (["cat", "--range", "4990:10010", "-T2"], BLOCKS, 0, TEXT[4990:10_010], {}, ""),
    (["cat", "--range", ":7", "b.qcz"], b"", 0, TEXT[:7], {}, ""),
    (["cat", "--range", "19990:", "b.qcz"], b"", 0, TEXT[19_990:], {}, ""),
    (["cat", "--range", "-10:", "b.qcz"], b"", 0, TEXT[-10:], {}, ""),
    (["cat", "--range=-10:-5", "b.qcz"], b"", 0, TEXT[-10:-5], {}, ""),
    (["cat", "--range", "-10:"], BLOCKS, 1, b"", {}, "from the end of a file only"),
    (["cat", "--range", "30000:40000", "b.qcz"], b"", 0, b"", {}, ""),
    (["cat", "--range", "1:" + "9" * 5000, "b.qcz"], b"", 1, b"", {}, "is not a span"),
    (["cat", "-M", "9" * 5000, "b.qcz"], b"", 1, b"", {}, "is not a size"),
    (["test", "--quick", "--json", "b.qcz"], b"", 1, b"", {}, "exclude each other"),
    (["cat", "--range", "200:100", "b.qcz"], b"", 0, b"", {}, ""),
    (["cat", "--lines", "2:4", "b.qcz"], b"", 0, b"".join(LINES[1:4]), {}, ""),
    (["cat", "--lines", ":1"], BLOCKS, 0, LINES[0], {}, ""),
    (["cat", "--lines", "5:", "b.qcz"], b"", 0, b"".join(LINES[4:]), {}, ""),
    (["cat", "--lines", "4:2", "b.qcz"], b"", 0, b"", {}, ""),
    (["cat", "--lines", "0:2", "b.qcz"], b"", 1, b"", {}, "count from 1"),
    (["cat", "--lines", "7", "b.qcz"], b"", 1, b"", {}, "not a span"),
    (["cat", "--range", "x:y", "b.qcz"], b"", 1, b"", {}, "not a span"),
    (["cat", "--range", "1:2", "--lines", "1:2", "b.qcz"], b"", 1, b"", {}, "exclude each other"),
    (["cat", "a.txt"], b"", 1, b"", {}, "a.txt: not a .qcz file"),
    (["cat", "missing"], b"", 1, b"", {}, "missing: No such file"),
    (["cat"], PACKED[:-1], 1, None, {}, "ends at byte"),
    (["test", "b.qcz"], b"", 0, b"", {}, ""),
    (["test", "missing"], b"", 1, b"", {}, "missing: No such file"),
    (["test"], PACKED + b"junk", 1, b"", {}, "standard input: bytes"),
    (["recover", "b.qcz", "-o", "new"], b"", 0, b"", {"new": TEXT}, ""),
    (["recover", "b.qcz", "-o", "a.txt"], b"", 1, b"", {}, "already exists"),
    (["info", "a.txt"], b"", 1, b"", {}, "not a .qcz file"),
    (["info", "missing"], b"", 1, b"", {}, "missing: No such file"),
    (["nonsense"], b"", 1, b"", {}, "No such command"),
]


@pytest.mark.parametrize(("arguments", "stdin", "status", "stdout", "changes", "message"), TABLE, ids=lambda value: None)
def test_behaviour(folder, arguments, stdin, status, stdout, changes, message):
    expected = {**tree(folder), **changes}
    run = run_command(*arguments, stdin=stdin, cwd=folder)
    assert run.returncode == status, run.stderr
    assert stdout is None or run.stdout == stdout
    assert message in " ".join(run.stderr.decode().split())
    assert bool(run.stderr) == (status != 0)
    assert tree(folder) == {name: content for name, content in expected.items() if content is not None}


def test_help_and_version():
    assert b"compress" in run_command("--help").stdout
    assert b"--tiling" in run_command("compress", "-h").stdout
    assert run_command("--version").stdout.decode() == f"qcz, version {quasicryth.__version__}\n"


def test_mode_and_time_are_kept(folder):
    source = folder / "a.txt"
    source.chmod(0o640)
    os.utime(source, ns=(1_000_000_000_000_000_001, 1_100_000_000_000_000_002))
    assert run_command("compress", "a.txt", cwd=folder).returncode == 0
    made = (folder / "a.txt.qcz").stat()
    assert stat.S_IMODE(made.st_mode) == 0o640
    assert made.st_mtime_ns == 1_100_000_000_000_000_002


def test_symbolic_links_are_followed_with_force_only(folder):
    (folder / "link").symlink_to("a.txt")
    assert b"symbolic link" in run_command("compress", "link", cwd=folder).stderr
    assert run_command("compress", "-f", "link", cwd=folder).returncode == 0
    assert (folder / "link.qcz").read_bytes() == PACKED


def test_hostile_names_are_not_sent_to_the_terminal(folder):
    name = "evil\x1b[31m\nname"
    (folder / name).write_bytes(b"text")
    run = run_command("decompress", name, cwd=folder)
    assert run.returncode == 1
    assert b"\x1b" not in run.stderr
    assert b"evil?[31m?name" in run.stderr


def test_compressed_data_is_not_written_to_a_terminal():
    controller, terminal = pty.openpty()
    try:
        run = subprocess.run([*QCZ, "compress"], input=b"text", stdout=terminal, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(terminal)
        os.close(controller)
    assert run.returncode == 1
    assert b"terminal" in run.stderr


def test_a_signal_leaves_no_file(folder):
    with subprocess.Popen([*QCZ, "compress", "-o", "new"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder) as process:
        process.stdin.write(TEXT)
        process.stdin.flush()
        deadline = time.monotonic() + 20
        while not any(path.name.endswith(".part") for path in folder.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        part = next(path for path in folder.iterdir() if path.name.endswith(".part"))
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == 128 + signal.SIGTERM
    assert set(tree(folder)) == {"a.txt", "b.qcz"}


def test_a_full_disk_and_a_closed_pipe():
    with open("/dev/full", "wb") as full:
        run = subprocess.run([*QCZ, "decompress"], input=PACKED, stdout=full, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 1
    assert b"No space left" in run.stderr
    with subprocess.Popen([*QCZ, "decompress"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        process.stdin.write(quasicryth.compress(english(), engine="paper"))
        process.stdin.close()
        assert process.wait(timeout=20) == -signal.SIGPIPE
        assert process.stderr.read() == b""


def test_info_for_people(folder):
    frames = [PACKED, quasicryth.compress(TEXT, engine="paper", block_size=8000), quasicryth.compress(b"\0")]
    (folder / "three.qcz").write_bytes(b"".join(frames))
    run = run_command("info", "three.qcz", cwd=folder)
    assert run.returncode == 0
    text = run.stdout.decode()
    assert text.count("frame ") == 3
    assert text.count("block ") == 5
    for word in (
        "mix",
        "level 6",
        "items",
        "gaps",
        "decoding takes",
        "paper",
        "stored",
        "codebook",
        "case",
        "levels",
        "entries",
        "unigram",
        "bigram",
    ):
        assert word in text


def test_info_of_the_engine_mix_for_programs(folder):
    (frame,) = json.loads(run_command("info", "--json", "b.qcz", cwd=folder).stdout)["frames"]
    (block,) = frame["blocks"]
    assert (block["kind"], block["level"], frame["block_size"]) == ("mix", 6, 64 << 20)
    assert 1000 < block["items"] < len(TEXT)
    assert set(block["codebook_entries"]) == {"words", "gaps"}
    assert block["decoder_memory_bytes"] > len(TEXT)


def test_info_for_programs(folder):
    run = run_command("info", "--json", stdin=PAPER)
    (frame,) = json.loads(run.stdout)["frames"]
    (block,) = frame["blocks"]
    assert frame["content_bytes"] == block["content_bytes"] == len(TEXT)
    assert frame["compressed_bytes"] == len(PAPER)
    assert sum(block["stream_bytes"].values()) == block["compressed_bytes"]
    assert frame["header_bytes"] + 23 + block["compressed_bytes"] + frame["tail_bytes"] == len(PAPER)
    hits = block["hits_per_level"]
    assert sum(hits.values()) == block["events"]
    lengths = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144]
    assert sum(count * words for count, words in zip(hits.values(), lengths, strict=True)) == block["words"]


def test_stdin_in_blocks_gives_the_same_as_oneshot():
    run = run_command("compress", "--block-size", "100k", stdin=english()[:350_000])
    assert run.stdout == quasicryth.compress(english()[:350_000], block_size=100 << 10)


def test_devices_and_pipes_are_written_into_not_replaced(folder):
    assert run_command("compress", "a.txt", "-o", "/dev/null", cwd=folder).returncode == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    os.mkfifo(folder / "pipe")
    with subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE, cwd=folder) as reader:
        assert run_command("compress", "-f", "a.txt", "-o", "pipe", cwd=folder).returncode == 0
        assert reader.communicate(timeout=20)[0] == PACKED
    assert stat.S_ISFIFO(os.stat(folder / "pipe").st_mode)


@pytest.mark.parametrize(("command", "name"), [("compress", "a.txt"), ("decompress", "b.qcz")])
def test_a_device_is_no_safe_place_for_the_only_copy(folder, command, name):
    before = tree(folder)
    assert run_command(command, "--rm", "-f", name, "-o", "/dev/null", cwd=folder).returncode == 1
    assert tree(folder) == before


def test_names_as_long_as_the_system_allows(folder):
    name = "\N{GREEK SMALL LETTER OMEGA}" * 125  # 250 bytes
    (folder / name).write_bytes(TEXT)
    assert run_command("compress", name, cwd=folder).returncode == 0
    assert (folder / f"{name}.qcz").read_bytes() == PACKED


@pytest.mark.parametrize("piece_size", [1, 2, 7, 1 << 20])
def test_lines_are_found_in_pieces_of_any_size(monkeypatch, piece_size):
    import quasicryth.cli

    text = b"one\ntwo\n\n\nfive, longer than a piece\nsix\nno line feed"
    lines = io.BytesIO(text).readlines()
    monkeypatch.setattr(quasicryth.cli, "_PIECE_SIZE", piece_size)
    packed = quasicryth.compress(text, 1, block_size=5)
    for first in (None, *range(1, 10)):
        for last in (None, *range(1, 10)):
            written: list[bytes] = []
            with quasicryth.open(io.BytesIO(packed)) as file:
                quasicryth.cli._write_lines(file, (first, last), written.append)
            assert b"".join(written) == b"".join(lines[(first or 1) - 1 : last])
