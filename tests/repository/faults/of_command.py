"""Faults in the guards of the command: what is refused, when a source may go, and how its process ends."""

from __future__ import annotations

from .fault import Fault

ENTRY = "quasicryth/command/entry.py"
NAMES = "quasicryth/command/names.py"
TRANSFER = "quasicryth/command/transfer.py"
COMPRESSING = "quasicryth/command/compressing.py"
DECOMPRESSING = "quasicryth/command/decompressing.py"
TABLE = ("tests/command/test_command_table.py", "tests/command/test_command.py")
COMMAND = ("tests/command/test_command.py", "tests/command/test_command_table.py", "tests/command/test_command_terminal.py")

FAULTS = [
    Fault("a symbolic link is followed", TRANSFER, "        if not follow:\n", "        if False:\n", TABLE),
    Fault(
        "a link that appears meanwhile is followed",
        TRANSFER,
        '(0 if follow else getattr(os, "O_NOFOLLOW", 0))',
        "0",
        COMMAND,
    ),
    Fault("a folder is read", TRANSFER, "if stat.S_ISDIR(mode):", "if False:", TABLE),
    Fault("a device is read", TRANSFER, "if not stat.S_ISREG(mode) and not special:", "if False:", TABLE),
    Fault(
        "compressed data is read from a terminal",
        TRANSFER,
        "if name == STANDARD_STREAM and sys.stdin.isatty():",
        "if False:",
        COMMAND,
    ),
    Fault(
        "a file that is there is replaced unasked",
        TRANSFER,
        "if not force and not is_special(path):",
        "if False:",
        TABLE,
    ),
    Fault(
        "whoever does not sit at a terminal is asked",
        TRANSFER,
        "if reporter.quiet or source == STANDARD_STREAM or not (sys.stdin.isatty() and sys.stderr.isatty()):",
        "if False:",
        TABLE,
    ),
    Fault(
        "any answer is a yes",
        TRANSFER,
        'if sys.stdin.readline().strip().lower() not in ("y", "yes"):',
        "if not sys.stdin.readline():",
        COMMAND,
    ),
    Fault("a folder is replaced", TRANSFER, "if path.is_dir():", "if False:", TABLE),
    Fault(
        "input and output may be the same file",
        TRANSFER,
        "if source.status is not None and path.exists() and os.path.samestat(source.status, os.stat(path)):",
        "if False:",
        TABLE,
    ),
    Fault(
        "an output may be named like a folder",
        TRANSFER,
        "if not target.name or target_name.endswith(os.sep):",
        "if False:",
        TABLE,
    ),
    Fault(
        "an output that appears meanwhile is replaced",
        TRANSFER,
        "exclusive=not replace",
        "exclusive=False",
        COMMAND,
    ),
    Fault(
        "the only copy goes to a device",
        TRANSFER,
        "if self._choices.remove and is_special(target):",
        "if False:",
        COMMAND,
    ),
    Fault(
        "sources are removed though something failed",
        TRANSFER,
        "        if self._reporter.failed:\n",
        "        if False:\n",
        TABLE,
    ),
    Fault(
        "sources are removed unasked",
        TRANSFER,
        "            if choices.remove and source.attributes is not None:",
        "            if source.attributes is not None:",
        TABLE,
    ),
    Fault(
        "a source that became another file is removed",
        TRANSFER,
        "if not os.path.samestat(now, before) or (now",
        "if (now",
        COMMAND,
    ),
    Fault(
        "a source that was changed meanwhile is removed",
        TRANSFER,
        "os.path.samestat(now, before) or (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):",
        "os.path.samestat(now, before):",
        COMMAND,
    ),
    Fault(
        "standard output is not flushed before a source goes",
        TRANSFER,
        "        output.flush()\n",
        "",
        COMMAND,
    ),
    Fault(
        "files with the suffix are compressed again",
        NAMES,
        "        if self.ends(name):\n",
        "        if False:\n",
        TABLE,
    ),
    Fault(
        "files without the suffix are decompressed under their own name",
        NAMES,
        "        if not self.ends(name):\n",
        "        if False:\n",
        TABLE,
    ),
    Fault(
        "a name may be nothing but the suffix",
        NAMES,
        "name.endswith(self.text) and os.path.basename(name) != self.text",
        "name.endswith(self.text)",
        TABLE,
    ),
    Fault(
        "links and devices in folders are read",
        NAMES,
        "return stat.S_ISREG(os.lstat(path).st_mode)",
        "return True",
        TABLE,
    ),
    Fault(
        "folders that cannot be read are passed over",
        NAMES,
        "os.walk(folder, onerror=report)",
        "os.walk(folder)",
        COMMAND,
    ),
    Fault(
        "a source is removed without a look at its output",
        COMPRESSING,
        "verify = files.remove if coding.verify is None else coding.verify",
        "verify = bool(coding.verify)",
        COMMAND,
    ),
    Fault(
        "a file that was written is not read again",
        COMPRESSING,
        "if self._verify and _can_be_read_again(output):",
        "if False:",
        COMMAND,
    ),
    Fault(
        "a stream that was written is not decoded",
        COMPRESSING,
        "if self._verify and not _can_be_read_again(output):",
        "if False:",
        COMMAND,
    ),
    Fault(
        "compressed data is written to a terminal",
        COMPRESSING,
        "if output.isatty() and not self._to_terminal:",
        "if False:",
        COMMAND,
    ),
    Fault(
        "bytes of a stream are counted from its end",
        DECOMPRESSING,
        "elif any(number is not None and number < 0 for number in span):",
        "elif False:",
        TABLE,
    ),
    Fault(
        "a broken pipe is no failure",
        ENTRY,
        "            self.pipe_broken = True\n",
        "            self.status = 0\n",
        COMMAND,
    ),
    Fault(
        "a signal leaves unfinished files",
        ENTRY,
        "    remove_unfinished()\n",
        "",
        COMMAND,
    ),
    Fault(
        "signals that whoever started the process ignores are heard",
        ENTRY,
        "if number is not None and signal.getsignal(number) != signal.SIG_IGN:",
        "if number is not None:",
        COMMAND,
    ),
    Fault(
        "whoever started the process does not see that a signal ended it",
        ENTRY,
        "    signal.raise_signal(number)\n",
        "    os._exit(1)\n",
        COMMAND,
    ),
    Fault(
        "a file is taken for a closed standard stream",
        ENTRY,
        "    _replace_missing_streams()\n",
        "",
        COMMAND,
    ),
    Fault(
        "output that cannot be flushed is tried again at the end",
        ENTRY,
        "    _forget_output()\n",
        "",
        COMMAND,
    ),
]
