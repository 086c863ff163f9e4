"""A copy of the package built with sanitizers: of addresses and undefined behaviour, or of threads; for tests, and for fuzzing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
COPIED = (
    *("quasicryth", "csrc", "tests", "corpora", "bench", "docs"),
    *("setup.py", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"),
)
SANITIZERS = ("address,undefined", "thread")
# Tests that build what they test, or that load what was not made for a sanitizer; wherever they are below tests.
NOT_SANITIZED = (
    "test_c_code.py",
    "test_memory_said.py",
    "test_toy_engine.py",
    "test_integrations.py",
    "test_memory_errors.py",
    "test_package.py",
    "test_sanitizers.py",
)
_BUILT = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")


def copy_sources(folder: Path) -> None:
    """Copy what is needed to build and to test into *folder*, which is there; times are kept, so that Cython has nothing to do."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_BUILT)
        else:
            shutil.copy2(source, folder / name)


def build(folder: Path, sanitizers: str = SANITIZERS[0], *, skip_checksums: bool = False, fuzzer: bool = False) -> None:
    """Copy the package into *folder* and build it there with *sanitizers*; with *fuzzer*, by clang and for libFuzzer to see inside.

    With *skip_checksums*, wrong checksums are taken for right. Raises CalledProcessError if the compiler fails.
    """
    copy_sources(folder)
    checks = f"-fsanitize={sanitizers}" + (",fuzzer-no-link" if fuzzer else "")
    flags = f"-g1 -Og -fno-omit-frame-pointer {checks} -fno-sanitize-recover=all"
    if skip_checksums:
        flags += " -DQCZ_SKIP_CHECKSUMS"
    environment = {**os.environ, "CFLAGS": flags, "LDFLAGS": checks}
    if fuzzer:
        environment |= {"CC": "clang", "LDSHARED": "clang -shared"}
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace", "--parallel", "2"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def _runtime(sanitizers: str) -> Path:
    """The sanitizers' library, which has to be there before Python is."""
    compiler = os.environ.get("CC") or shutil.which("cc") or "gcc"
    for name in ("libtsan.so",) if sanitizers == "thread" else ("libasan.so",):
        found = subprocess.run([compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
        if Path(found).is_absolute():
            return Path(found).resolve()
    raise RuntimeError(f"{compiler} has no library of the sanitizers {sanitizers}")


def environment(sanitizers: str = SANITIZERS[0], runtime: Path | None = None) -> dict[str, str]:
    """Return the environment in which Python can load modules built with *sanitizers*, by gcc if no *runtime* is named."""
    return {
        **os.environ,
        "LD_PRELOAD": str(runtime or _runtime(sanitizers)),
        # Python keeps some memory to its end; what the engine leaks, its own tests see.
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        # To name the lines of each race takes minutes.
        "TSAN_OPTIONS": "halt_on_error=1:symbolize=0",
        "PYTHONMALLOC": "malloc",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run() -> bool:
    """Run the whole test-suite on a copy with the first of the SANITIZERS, half an hour's work; return whether it passed."""
    with tempfile.TemporaryDirectory() as name:
        build(Path(name))
        left_out = [f"--ignore-glob=*/{test}" for test in NOT_SANITIZED]
        command = [sys.executable, "-m", "pytest", "--quiet", *left_out]
        return subprocess.run(command, cwd=name, env=environment(), check=False).returncode == 0
