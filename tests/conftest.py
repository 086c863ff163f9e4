"""Where the tests find each other and the project's folders, which of them are quick, and how hard hypothesis tries."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

A_QUICK_TEST = 1.0  # second

# A busy machine is no reason to fail: only what the package does is.
PATIENT = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("default", max_examples=60, **PATIENT)
hypothesis.settings.register_profile("quick", max_examples=10, **PATIENT)
hypothesis.settings.register_profile("long", max_examples=2000, **PATIENT)

# What a process ignores when it starts, those that it starts ignore as well. A handler that does nothing is not handed on: so the
# tests go on ignoring what their caller had them ignore, but what they test hears every signal.
for _name in ("SIGINT", "SIGTERM", "SIGHUP"):
    if signal.getsignal(getattr(signal, _name, signal.SIGINT)) == signal.SIG_IGN:
        signal.signal(getattr(signal, _name, signal.SIGINT), lambda _number, _frame: None)


def pytest_configure(config: pytest.Config) -> None:
    """Let hypothesis try less where only quick tests run."""
    quick = config.option.markexpr == "quick"
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick" if quick else "default"))


def is_slow(item: pytest.Item) -> bool:
    """Whether *item* has a marker `slow`: one without names, or one with a name that its own contains."""
    return any(not marker.args or any(part in item.name for part in marker.args) for marker in item.iter_markers("slow"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is not slow as quick, and begin with the files of most that is slow: only one process works at the last."""
    slow_tests = Counter(item.path for item in items if is_slow(item))
    for item in items:
        if not is_slow(item):
            item.add_marker(pytest.mark.quick)
    items.sort(key=lambda item: -slow_tests[item.path])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what is taken for quick and is not, unless the machine was busy."""
    late = [report for report in terminalreporter.getreports("passed") if report.duration > A_QUICK_TEST]
    if late and terminalreporter.config.option.markexpr == "quick":
        terminalreporter.section(f"quick tests of more than {A_QUICK_TEST} s, to be marked as slow if they always are")
        for report in late:
            terminalreporter.write_line(f"{report.duration:.1f} s {report.nodeid}")


@pytest.fixture(scope="session")
def builds(tmp_path_factory, request):
    """What is built once in a test run; each of its processes has a folder in one that they share."""
    from builds import Builds

    folder = tmp_path_factory.getbasetemp()
    return Builds((folder.parent if hasattr(request.config, "workerinput") else folder) / "builds")
