"""Takes the guards of the package away, one by one, and sees that tests notice: run before a release.

    python tests/repository/deliberate_faults.py [--list] [--only WORDS] [--copies NUMBER]

The faults are those of the tables in tests/repository/faults. Each is put into a copy of the tree, so that the tree itself stays as
it is; its modules have to be built. Ends with status 1 if a fault is not noticed, or if its text or its tests are gone.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.machinery
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from faults import FAULTS, Fault, StaleFaultError
from faults.build import Build

ROOT = Path(__file__).parent.parent.parent
PYTEST = ["-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "--no-header", "--tb=no", "-rfE"]
MOST_SECONDS = 1800  # for tests without a fault
HANGING = "tests that do not end"
NO_SUCH_TEST = (4, 5)  # how pytest ends if tests that were named are not there
MODULES = tuple(importlib.machinery.EXTENSION_SUFFIXES)


def tracked_files() -> list[str]:
    """The files of the tree that git has or would take, and the modules built from them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    named = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split("\0")
    built = [path.relative_to(ROOT).as_posix() for path in (ROOT / "quasicryth").rglob("*") if path.name.endswith(MODULES)]
    if not built:
        sys.exit("the modules are not built: python setup.py build_ext --inplace")
    return [name for name in [*named, *built] if name and (ROOT / name).is_file()]


class Copy:
    """A copy of the tree in *folder*, with one fault at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'tests'}"}
        self._build: Build | None = None
        for name in tracked_files():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)

    def test(self, tests: Iterable[str], seconds: float, *options: str) -> tuple[int | None, str]:
        """Run *tests*; return the status of pytest, None if it did not end in time, and what it printed."""
        command = [sys.executable, *PYTEST, *options, *tests]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
        with subprocess.Popen(command, cwd=self._folder, env=self._environment, start_new_session=True, **pipes) as run:
            try:
                printed, _ = run.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                return None, ""
            finally:
                with contextlib.suppress(ProcessLookupError):  # what tests started is to end with them
                    os.killpg(run.pid, signal.SIGKILL)
            return run.returncode, printed

    def check(self, tests: Iterable[str]) -> None:
        """End the program if *tests* do not all pass without a fault."""
        if (unique := list(dict.fromkeys(tests))) and (ended := self.test(unique, MOST_SECONDS))[0] != 0:
            raise SystemExit(f"without any fault the tests do not pass:\n{ended[1]}")

    def build(self, tests: Iterable[str]) -> None:
        """Compile the copy, which has no fault, and see that *tests* pass with it; only what differs is compiled after that."""
        if self._build is None:
            self._build = Build(self._folder)
            self._build.make_all()
            self.check(tests)

    def notice(self, fault: Fault, compiled_tests: list[str]) -> str | None:
        """Return what notices *fault*, or None. Raises StaleFaultError."""
        path = self._folder / fault.file
        source = path.read_text(encoding="utf-8")
        faulty = fault.put_into(source)
        is_compiled = path.suffix != ".py"
        if is_compiled:
            self.build(compiled_tests)
        try:
            self._write(path, faulty)
            if is_compiled:
                self._build.make(Path(fault.file))
            noticed = self._find_failure(fault)
        finally:
            self._write(path, source)
            if is_compiled:
                self._build.make(Path(fault.file))
        # Or is it only that the machine is slow?
        return None if noticed == HANGING and self.test(fault.tests, fault.seconds)[0] is None else noticed

    @staticmethod
    def _write(path: Path, source: str) -> None:
        path.write_text(source, encoding="utf-8")
        # What was compiled of the file before may be taken for it: the two can be of one size and one second.
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)

    def _find_failure(self, fault: Fault) -> str | None:
        """Run the tests that are to notice *fault*; where they do not, the files that they are in."""
        for tests in dict.fromkeys((fault.tests, tuple(dict.fromkeys(test.partition("::")[0] for test in fault.tests)))):
            status, printed = self.test(tests, fault.seconds, "-x")
            if status in NO_SUCH_TEST:
                raise StaleFaultError(f"{fault.name}: not all of these tests are there: {', '.join(tests)}")
            if status is None:
                return HANGING if tests == fault.tests else None
            if status < 0:
                return f"tests that ended by {signal.Signals(-status).name}"
            if status > 0:
                failed = re.search(r"^(?:FAILED|ERROR) (\S+)", printed, flags=re.MULTILINE)
                return failed[1] if failed else f"pytest with status {status}"
        return None


def work(copy: Copy, waiting: deque[Fault], compiled_tests: list[str]) -> list[str]:
    """Take faults off *waiting* until none is left; return what is wrong with those that were taken."""
    wrong = []
    while True:
        try:
            fault = waiting.popleft()
        except IndexError:
            return wrong
        begin = time.monotonic()
        try:
            noticed = copy.notice(fault, compiled_tests)
        except StaleFaultError as error:
            result, found = "STALE", str(error)
        except subprocess.CalledProcessError:
            result, found = "STALE", "with the fault it cannot be compiled"
        else:
            result, found = ("noticed", noticed) if noticed else ("NOT NOTICED", f"by {', '.join(fault.tests)}")
        if result != "noticed":
            wrong.append(f"{result}: {fault.name} ({fault.file})")
        print(f"{result:12} {time.monotonic() - begin:5.1f} s  {fault.name}: {found}", flush=True)


def try_all(faults: list[Fault], copies: int) -> list[str]:
    """Put each of *faults* into one of so many *copies*; return what is wrong with them."""
    compiled = [fault for fault in faults if not fault.file.endswith(".py")]
    plain = [fault for fault in faults if fault not in compiled]
    compiled_tests = [test for fault in compiled for test in fault.tests]
    tests = sorted({test for fault in plain for test in fault.tests})
    with tempfile.TemporaryDirectory(prefix="deliberate-faults-") as folder, ThreadPoolExecutor(copies) as pool:
        made = [Copy(Path(folder, str(number))) for number in range(min(copies, len(faults)))]
        for checked in [pool.submit(copy.check, tests[number :: len(made)]) for number, copy in enumerate(made)]:
            checked.result()
        waiting = deque([*plain, *compiled])
        return [line for done in [pool.submit(work, copy, waiting, compiled_tests) for copy in made] for line in done.result()]


def main() -> None:
    """Run as the module says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the faults, and put none in")
    parser.add_argument("--only", metavar="WORDS", help="only faults whose name or file has these words")
    parser.add_argument("--copies", type=int, default=os.cpu_count() or 1, help="how many copies of the tree to work on at a time")
    arguments = parser.parse_args()
    faults = [fault for fault in FAULTS if not arguments.only or arguments.only in fault.name or arguments.only in fault.file]
    if arguments.list:
        print(*(f"{fault.file}: {fault.name}" for fault in faults), sep="\n")
        return
    # Tests of interruptions cannot pass where whoever started this ignores them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wrong = try_all(faults, arguments.copies)
    print(*wrong, f"{len(faults) - len(wrong)} of {len(faults)} deliberate faults are noticed", sep="\n")
    sys.exit(1 if wrong or not faults else 0)


if __name__ == "__main__":
    main()
