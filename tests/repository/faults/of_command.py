"""Faults in the guards of the command: what is refused, when a source may go, and how its process ends."""

from __future__ import annotations

from .fault import Fault

PROCESS = "quasicryth/command/process.py"
NAMES = "quasicryth/command/names.py"
OUTPUTS = "quasicryth/files/outputs.py"
TRANSFER = "quasicryth/command/transfer.py"
COMPRESSING = "quasicryth/command/compressing.py"
DECOMPRESSING = "quasicryth/command/decompressing.py"
TABLE = ("tests/command/test_command_table.py", "tests/command/test_command.py")
COMMAND = ("tests/command/test_command.py", "tests/command/test_command_table.py", "tests/command/test_command_terminal.py")

FAULTS = [
    Fault(
        "a symbolic link is followed",
        TRANSFER,
        "        if not follow:\n",
        "        if False:\n",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "a link that appears meanwhile is followed",
        TRANSFER,
        '(0 if follow else getattr(os, "O_NOFOLLOW", 0))',
        "0",
        ("tests/command/test_command.py::test_a_symbolic_link_that_appears_meanwhile_is_not_followed",),
    ),
    Fault(
        "a folder is read",
        TRANSFER,
        "if stat.S_ISDIR(mode):",
        "if False:",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "a device is read",
        TRANSFER,
        "if not stat.S_ISREG(mode) and not special:",
        "if False:",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "compressed data is read from a terminal",
        TRANSFER,
        "if name == STANDARD_STREAM and sys.stdin.isatty():",
        "if False:",
        ("tests/command/test_command_terminal.py::test_compressed_data_is_not_read_from_a_terminal",),
    ),
    Fault(
        "a file that is there is replaced unasked",
        TRANSFER,
        "if not force and not is_special(path):",
        "if False:",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "whoever does not sit at a terminal is asked",
        TRANSFER,
        "if reporter.quiet or source == STANDARD_STREAM or not (sys.stdin.isatty() and sys.stderr.isatty()):",
        "if False:",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "any answer is a yes",
        TRANSFER,
        'if sys.stdin.readline().strip().lower() not in ("y", "yes"):',
        "if not sys.stdin.readline():",
        ("tests/command/test_command_terminal.py::test_overwriting_is_asked_for",),
    ),
    Fault(
        "a folder is replaced", TRANSFER, "if path.is_dir():", "if False:", ("tests/command/test_command_table.py::test_behaviour",)
    ),
    Fault(
        "input and output may be the same file",
        TRANSFER,
        "if source.status is not None and path.exists() and os.path.samestat(source.status, os.stat(path)):",
        "if False:",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "an output may be named like a folder",
        TRANSFER,
        "if not target.name or target_name.endswith(os.sep):",
        "if False:",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "an output that appears meanwhile is replaced",
        TRANSFER,
        "exclusive=not replace",
        "exclusive=False",
        ("tests/command/test_command.py::test_a_source_is_removed_only_when_the_output_is_on_the_disk",),
    ),
    Fault(
        "the only copy goes to a device",
        TRANSFER,
        "if self._choices.remove and is_special(target):",
        "if False:",
        ("tests/command/test_command.py::test_a_device_is_no_safe_place_for_the_only_copy",),
    ),
    Fault(
        "sources are removed though something failed",
        TRANSFER,
        "        if self._reporter.failed:\n",
        "        if False:\n",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "a source that became another file is removed",
        TRANSFER,
        "if not os.path.samestat(now, before) or (now",
        "if (now",
        ("tests/command/test_command.py::test_a_source_that_is_another_file_by_then_is_not_removed",),
    ),
    Fault(
        "a source that was changed meanwhile is removed",
        TRANSFER,
        "os.path.samestat(now, before) or (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):",
        "os.path.samestat(now, before):",
        ("tests/command/test_command.py::test_a_source_that_changes_is_not_removed",),
    ),
    Fault(
        "files with the suffix are compressed again",
        NAMES,
        "        if self.ends(name):\n",
        "        if False:\n",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "files without the suffix are decompressed under their own name",
        NAMES,
        "        if not self.ends(name):\n",
        "        if False:\n",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "a name may be nothing but the suffix",
        NAMES,
        "name.endswith(self.text) and os.path.basename(name) != self.text",
        "name.endswith(self.text)",
        ("tests/command/test_command.py::test_a_name_that_is_nothing_but_the_suffix_is_no_compressed_file",),
    ),
    Fault(
        "links and devices in folders are read",
        NAMES,
        "return stat.S_ISREG(os.lstat(path).st_mode)",
        "return True",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "folders that cannot be read are passed over",
        NAMES,
        "os.walk(folder, onerror=report)",
        "os.walk(folder)",
        ("tests/command/test_command.py::test_a_folder_that_cannot_be_read_is_a_failure",),
    ),
    Fault(
        "a source is removed without a look at its output",
        COMPRESSING,
        "verify = files.remove if coding.verify is None else coding.verify",
        "verify = bool(coding.verify)",
        ("tests/command/test_command.py::test_a_wrong_output_is_found_and_no_source_removed",),
    ),
    Fault(
        "a file that was written is not read again",
        COMPRESSING,
        "if self._verify and _can_be_read_again(output):",
        "if False:",
        ("tests/command/test_command.py::test_a_wrong_output_is_found_and_no_source_removed",),
    ),
    Fault(
        "a stream that was written is not decoded",
        COMPRESSING,
        "if self._verify and not _can_be_read_again(output):",
        "if False:",
        ("tests/command/test_command.py::test_a_wrong_output_is_found_and_no_source_removed",),
    ),
    Fault(
        "compressed data is written to a terminal",
        COMPRESSING,
        "if output.isatty() and not self._to_terminal:",
        "if False:",
        ("tests/command/test_command_terminal.py::test_compressed_data_is_not_written_to_a_terminal",),
    ),
    Fault(
        "bytes of a stream are counted from its end",
        DECOMPRESSING,
        "elif any(number is not None and number < 0 for number in span):",
        "elif False:",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "a broken pipe is no failure",
        PROCESS,
        "            self.pipe_broken = True\n",
        "            self.status = 0\n",
        ("tests/command/test_command.py::test_a_full_disk_and_a_closed_pipe",),
    ),
    Fault(
        "a signal leaves unfinished files",
        PROCESS,
        "        remove_unfinished(_PATIENCE)\n",
        "",
        ("tests/command/test_command.py::test_a_signal_leaves_no_file",),
    ),
    Fault(
        "signals that whoever started the process ignores are heard",
        PROCESS,
        "if number is not None and signal.getsignal(number) != signal.SIG_IGN:",
        "if number is not None:",
        ("tests/command/test_command.py::test_a_signal_that_is_ignored_stays_so",),
    ),
    Fault(
        "whoever started the process does not see that a signal ended it",
        PROCESS,
        "    signal.raise_signal(number)\n",
        "    os._exit(1)\n",
        ("tests/command/test_command.py::test_a_signal_leaves_no_file",),
    ),
    Fault(
        "a file is taken for a closed standard stream",
        PROCESS,
        "    _replace_missing_streams()\n",
        "",
        ("tests/command/test_command.py::test_closed_streams",),
    ),
    Fault(
        "output that cannot be flushed is tried again at the end",
        PROCESS,
        "    _forget_output()\n",
        "",
        ("tests/command/test_command.py::test_a_full_disk_behind_standard_output",),
    ),
    Fault(
        "a second signal begins the end again",
        PROCESS,
        "        if self._is_near:\n            return\n",
        "",
        ("tests/command/test_command_signals.py",),
    ),
    Fault(
        "a disk that does not answer holds up the end",
        PROCESS,
        "        _end_soon()\n",
        "",
        ("tests/command/test_command_signals.py",),
    ),
    Fault(
        "a file that is being made holds up the end",
        OUTPUTS,
        "_unfinished_lock.acquire(timeout=patience)",
        "_unfinished_lock.acquire()",
        ("tests/command/test_command_signals.py",),
    ),
    Fault(
        "a file is compressed into itself",
        TRANSFER,
        "        refuse_own_output(source)\n        output = StandardOutput()",
        "        output = StandardOutput()",
        ("tests/command/test_command.py::test_a_file_is_not_written_to_itself",),
    ),
    Fault(
        "a file is printed into itself",
        DECOMPRESSING,
        "            refuse_own_output(source)\n",
        "",
        ("tests/command/test_command.py::test_a_file_is_not_written_to_itself",),
    ),
    Fault(
        "a file that grows is read for ever",
        COMPRESSING,
        "self._end = source.size or None",
        "self._end = None",
        ("tests/command/test_command.py::test_a_file_that_grows_as_fast_as_it_is_read",),
    ),
]
