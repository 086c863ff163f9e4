"""The command beyond its table: attributes of files, signals, full disks, hostile names, and what it prints of a file."""

from __future__ import annotations

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
        assert process.returncode == -signal.SIGTERM
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
