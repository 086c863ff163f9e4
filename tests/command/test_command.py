"""The command beyond its table: attributes of files, signals, full disks, hostile names, and what it prints of a file."""

from __future__ import annotations

import errno
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
from conftest import ROOT
from paths import run_command
from samples import english, random_bytes, synthetic_text

import quasicryth
from quasicryth.command.interface import invoke
from quasicryth.command.names import Suffix
from quasicryth.command.transfer import open_source
from quasicryth.frames.blocks import encode_block
from quasicryth.frames.encoder import FrameEncoder

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


def wait_for_part(folder):
    """Wait until an output is begun; return it."""
    deadline = time.monotonic() + 20
    while not (parts := [path for path in folder.iterdir() if path.name.endswith(".part")]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return parts[0]


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


def test_a_symbolic_link_that_appears_meanwhile_is_not_followed(folder, monkeypatch):
    """Between the look at a name and the opening of it, somebody puts a link there."""
    real = os.lstat
    (folder / "secret").write_bytes(b"not for everyone")

    def look(path, **options):
        status = real(path, **options)
        if os.fspath(path) == str(folder / "a.txt") and not stat.S_ISLNK(status.st_mode):
            os.unlink(path)
            os.symlink("secret", path)
        return status

    monkeypatch.setattr(os, "lstat", look)
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)), open_source(str(folder / "a.txt"), follow=False):
        pass
    monkeypatch.undo()
    assert (folder / "a.txt").is_symlink()


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
        wait_for_part(folder)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == -signal.SIGTERM
    assert set(tree(folder)) == {"a.txt", "b.qcz"}


@pytest.mark.slow("1<>", "cat", "-1 -c a.txt")
@pytest.mark.parametrize(
    "arguments", ["-1 -c < a.txt >> a.txt", "-1 -c a.txt >> a.txt", "-c a.txt 1<> a.txt", "cat b.qcz >> b.qcz"]
)
def test_a_file_is_not_written_to_itself(folder, arguments):
    before = tree(folder)
    command = ["sh", "-c", f'"$@" {arguments}', "sh", *QCZ]
    run = subprocess.run(command, capture_output=True, cwd=folder, check=False, timeout=20)
    assert run.returncode == 1
    assert run.stderr.endswith(b": input and output are the same file\n")
    assert tree(folder) == before


def test_a_file_that_grows_as_fast_as_it_is_read(folder):
    """Noise, which is stored, by way of a pipe: what is written is what is read next."""
    (folder / "noise").write_bytes(random_bytes(100_000))
    command = ["sh", "-c", '"$@" -c noise | cat >> noise', "sh", *QCZ, "-1", "--block-size", "30000"]
    subprocess.run(command, capture_output=True, cwd=folder, check=True, timeout=20)
    assert (folder / "noise").stat().st_size < 300_000


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


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["-l", "b.qcz"], ["info", "b.qcz"], ["cat", "b.qcz"], ["--help"], ["-t", "--json", "b.qcz"]])
def test_a_full_disk_behind_standard_output(folder, arguments):
    with open("/dev/full", "wb") as full:
        run = subprocess.run([*QCZ, *arguments], stdout=full, stderr=subprocess.PIPE, cwd=folder, check=False)
    assert (run.returncode, run.stderr) == (1, b"qcz: standard output: No space left on device\n")


def test_a_full_disk_below_the_output(folder):
    before = tree(folder)
    limited = ["sh", "-c", 'ulimit -f 1 && exec "$@"', "sh", *QCZ, "-f", "a.txt", "-o", "new"]
    run = subprocess.run(limited, capture_output=True, cwd=folder, check=False)
    assert (run.returncode, run.stderr) == (1, b"qcz: new: File too large\n")
    assert tree(folder) == before


@pytest.mark.slow("1")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_heard_while_an_engine_works(folder, number):
    (folder / "long.txt").write_bytes(english() * 8)
    before = tree(folder)
    with subprocess.Popen([*QCZ, "-9", "long.txt"], stderr=subprocess.PIPE, cwd=folder) as process:
        part = wait_for_part(folder)
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
        time.sleep(0.2)
        start = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=20) == -number
        assert time.monotonic() - start < 1.5  # the block would take several seconds
        assert process.stderr.read() == b""
    assert tree(folder) == before


@pytest.mark.parametrize("name", ["INT", "HUP"])
def test_a_signal_that_is_ignored_stays_so(folder, name):
    command = ["sh", "-c", f'trap "" {name}; exec "$@"', "sh", *QCZ, "-o", "new"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder) as process:
        wait_for_part(folder)
        process.send_signal(signal.Signals[f"SIG{name}"])
        process.communicate(TEXT, timeout=20)
        assert process.returncode == 0
    assert (folder / "new").read_bytes() == PACKED


def test_a_name_that_is_nothing_but_the_suffix_is_no_compressed_file():
    suffix = Suffix()
    assert [suffix.ends(name) for name in ("a.qcz", "folder/a.qcz", ".qcz", "folder/.qcz")] == [True, True, False, False]
    assert suffix.add(".qcz") == ".qcz.qcz"


@pytest.mark.slow
def test_signals_are_heard_however_the_tests_are_started():
    test = f"{__file__}::{test_a_signal_is_heard_while_an_engine_works.__name__}"
    pytest_command = [sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider", test]
    command = ["sh", "-c", 'trap "" INT HUP; exec "$@"', "sh", *pytest_command]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "3 passed" in run.stdout, run.stdout


def test_names_that_are_no_text(folder):
    name = b"no\xff text\n"
    (folder / os.fsdecode(name)).write_bytes(TEXT)
    run = subprocess.run([*QCZ, "-v", name, b"\xfe"], capture_output=True, cwd=folder, check=False)
    assert run.returncode == 1
    first, second = run.stderr.splitlines()
    assert first.startswith(b"qcz: no? text?: 20,000 bytes")
    assert second == b"qcz: ?: No such file or directory"
    assert (folder / os.fsdecode(name + b".qcz")).read_bytes() == PACKED
    listed = subprocess.run([*QCZ, "-l", "--json", name + b".qcz"], capture_output=True, cwd=folder, check=True)
    assert json.loads(listed.stdout)["files"][0]["name"] == os.fsdecode(name + b".qcz")


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_names_that_the_terminal_cannot_show(folder, encoding):
    name = "\N{GREEK SMALL LETTER OMEGA}.qcz"
    (folder / name).write_bytes(PACKED)
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "1"}
    run = subprocess.run([*QCZ, "-l", name, "missing \u03c9"], capture_output=True, cwd=folder, env=environment, check=False)
    assert run.returncode == 1
    shown = name.encode(encoding, "backslashreplace")
    assert run.stdout.endswith(shown + b"\n")
    assert b"No such file" in run.stderr


def test_a_source_is_removed_only_when_the_output_is_on_the_disk(folder, monkeypatch):
    """Both the file and the folder that names it."""
    calls = []

    def noting(name, call):
        def noted(first, *rest, **options):
            is_folder = name == "fsync" and stat.S_ISDIR(os.fstat(first).st_mode)
            calls.append("fsync of the folder" if is_folder else name)
            return call(first, *rest, **options)

        return noted

    for name in ("fsync", "link", "unlink"):
        monkeypatch.setattr(os, name, noting(name, getattr(os, name)))
    monkeypatch.chdir(folder)
    assert invoke(["--rm", "a.txt"]) == 0
    assert calls.index("fsync") < calls.index("link") < calls.index("fsync of the folder") < len(calls) - 1
    assert calls[-1] == "unlink"
    assert not (folder / "a.txt").exists()


def test_a_source_that_changes_is_not_removed(folder, monkeypatch, capsys):
    def tail(encoder):
        with open("a.txt", "ab") as file:
            file.write(b"something new")
        return original(encoder)

    original = FrameEncoder.tail
    monkeypatch.setattr(FrameEncoder, "tail", tail)
    monkeypatch.chdir(folder)
    assert invoke(["--rm", "a.txt"]) == 1
    assert "changed while it was read" in capsys.readouterr().err
    assert (folder / "a.txt").read_bytes() == TEXT + b"something new"


def test_a_source_that_is_another_file_by_then_is_not_removed(folder, monkeypatch, capsys):
    """Of the same size and time, as a program may keep it that writes a file anew."""

    def tail(encoder):
        before = os.stat("a.txt")
        (folder / "new").write_bytes(TEXT[::-1])
        os.utime("new", ns=(before.st_atime_ns, before.st_mtime_ns))
        os.replace("new", "a.txt")
        return original(encoder)

    original = FrameEncoder.tail
    monkeypatch.setattr(FrameEncoder, "tail", tail)
    monkeypatch.chdir(folder)
    assert invoke(["--rm", "a.txt"]) == 1
    assert "changed while it was read" in capsys.readouterr().err
    assert (folder / "a.txt").read_bytes() == TEXT[::-1]


def test_a_folder_that_cannot_be_read_is_a_failure(folder, monkeypatch, capsys):
    real = os.scandir

    def scan(path):
        if os.path.basename(path) == "below":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return real(path)

    (folder / "below").mkdir()
    monkeypatch.setattr(os, "scandir", scan)
    monkeypatch.chdir(folder)
    assert invoke(["-r", "."]) == 1
    assert os.strerror(errno.EACCES) in capsys.readouterr().err
    assert (folder / "a.txt.qcz").read_bytes() == PACKED


def test_an_output_that_appears_meanwhile_is_kept(folder, monkeypatch, capsys):
    def tail(encoder):
        (folder / "a.txt.qcz").write_bytes(b"of somebody else")
        return original(encoder)

    original = FrameEncoder.tail
    monkeypatch.setattr(FrameEncoder, "tail", tail)
    monkeypatch.chdir(folder)
    before = tree(folder)
    assert invoke(["a.txt"]) == 1
    assert "a.txt.qcz: File exists" in capsys.readouterr().err
    assert tree(folder) == {**before, "a.txt.qcz": b"of somebody else"}


@pytest.mark.parametrize("options", [["--verify"], ["--rm"], ["--verify", "-o", "pipe"]])
def test_a_wrong_output_is_found_and_no_source_removed(folder, monkeypatch, capsys, options):
    """The encoder is made to write a frame of something else."""
    monkeypatch.setattr(
        "quasicryth.frames.encoder.encode_block", lambda content, *arguments: encode_block(content[:-1] + b"?", *arguments)
    )
    monkeypatch.chdir(folder)
    os.mkfifo("pipe")
    with subprocess.Popen(["cat", "pipe"], stdout=subprocess.DEVNULL) as reader:
        try:
            assert invoke([*options, "a.txt"]) == 1
        finally:
            reader.kill()
    error = capsys.readouterr().err
    assert "what was written does not decode to what was compressed" in error or "does not match its checksum" in error
    os.unlink("pipe")
    assert set(tree(folder)) == {"a.txt", "b.qcz"}


@pytest.mark.parametrize("source", [[], ["/dev/null"]])
def test_the_mode_of_what_is_made_of_no_file_is_that_of_any_new_file(folder, source):
    (folder / "any").touch()
    assert run_command("-o", "new", *source, stdin=TEXT, cwd=folder).returncode == 0
    assert stat.S_IMODE((folder / "new").stat().st_mode) == stat.S_IMODE((folder / "any").stat().st_mode)


def test_standard_input_that_is_the_output(folder):
    with open(folder / "a.txt", "rb") as file:
        run = subprocess.run([*QCZ, "-f", "-o", "a.txt"], stdin=file, capture_output=True, cwd=folder, check=False)
    assert run.returncode == 1
    assert b"same file" in run.stderr
    assert (folder / "a.txt").read_bytes() == TEXT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("closed", "arguments", "status", "changes"),
    [
        ("<&-", ["-o", "new"], 1, {}),
        ("<&-", ["a.txt"], 0, {"a.txt.qcz": PACKED}),
        (">&-", ["-c", "a.txt"], 1, {}),
        (">&-", ["-l", "b.qcz"], 1, {}),
        (">&-", ["a.txt"], 0, {"a.txt.qcz": PACKED}),
        ("2>&-", ["-v", "a.txt", "missing"], 1, {"a.txt.qcz": PACKED}),
        ("2>/dev/full", ["-v", "a.txt", "missing"], 1, {"a.txt.qcz": PACKED}),
        ("<&- >&- 2>&-", ["-v", "a.txt"], 0, {"a.txt.qcz": PACKED}),
    ],
)
def test_closed_streams(folder, closed, arguments, status, changes):
    """No message and no content goes into a file that happens to take the number of a closed stream."""
    expected = {**tree(folder), **changes}
    run = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *QCZ, *arguments], capture_output=True, cwd=folder, check=False)
    assert run.returncode == status, run.stderr
    assert run.stdout == b""
    assert b"Traceback" not in run.stderr
    assert tree(folder) == expected


def test_the_owner_is_kept_where_that_is_allowed(folder):
    owner, group = (1234, 2345) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(folder / "a.txt", owner, group)
    (folder / "a.txt").chmod(0o640)
    assert run_command("a.txt", cwd=folder).returncode == 0
    made = (folder / "a.txt.qcz").stat()
    assert (made.st_uid, made.st_gid, stat.S_IMODE(made.st_mode)) == (owner, group, 0o640)


def test_tar_uses_it(folder):
    program = folder / "compressor"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m quasicryth "$@"\n')
    program.chmod(0o755)
    subprocess.run(["tar", "-I", str(program), "-cf", "a.tar.qcz", "a.txt"], cwd=folder, check=True)
    (folder / "a.txt").unlink()
    subprocess.run(["tar", "-I", str(program), "-xf", "a.tar.qcz"], cwd=folder, check=True)
    assert (folder / "a.txt").read_bytes() == TEXT


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
    (segment,) = block["segments"]
    assert sum(block["stream_bytes"].values()) == block["head_bytes"] + segment["payload_bytes"]
    assert frame["header_bytes"] + block["compressed_bytes"] + frame["tail_bytes"] == len(PAPER)
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
    from quasicryth.command import decompressing

    text = b"one\ntwo\n\n\nfive, longer than a piece\nsix\nno line feed"
    lines = io.BytesIO(text).readlines()
    monkeypatch.setattr(decompressing, "_PIECE_SIZE", piece_size)
    packed = quasicryth.compress(text, 1, block_size=5)
    for first in (None, *range(1, 10)):
        for last in (None, *range(1, 10)):
            written: list[bytes] = []
            with quasicryth.open(io.BytesIO(packed)) as file:
                decompressing._write_lines(file, (first, last), written.append)
            assert b"".join(written) == b"".join(lines[(first or 1) - 1 : last])


@pytest.mark.parametrize(("option", "before", "said"), [("--range", "1:", "is not a span"), ("-M", "", "is not a size")])
def test_numbers_of_thousands_of_digits(option, before, said):
    run = run_command("cat", option, before + "9" * 5000, "b.qcz")
    assert run.returncode == 1
    assert said in run.stderr.decode()


@pytest.mark.parametrize("command", ["compress", "decompress", "list", "test", "info"])
def test_an_input_that_has_nothing_yet_and_does_not_wait_is_not_at_its_end(command):
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    try:
        run = subprocess.run([*QCZ, command, "-"], stdin=reading, capture_output=True, check=False, timeout=60)
    finally:
        os.close(reading)
        os.close(writing)
    assert run.returncode == 1
    assert b"no bytes at the moment" in run.stderr


def test_a_span_of_a_stream_may_end_behind_what_an_address_can_say(monkeypatch):
    from quasicryth.command import decompressing

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

    monkeypatch.setattr(sys, "maxsize", 100)  # with 32 bits it is less than the size of many files
    written: list[bytes] = []
    with quasicryth.open(Stream(PACKED)) as file:
        decompressing._write_range(file, (10, None), written.append)
    assert b"".join(written) == TEXT[10:]
