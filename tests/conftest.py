"""Where the tests find each other and the project's folders, and how hard hypothesis tries."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

# A busy machine is no reason to fail: only what the package does is.
PATIENT = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("default", max_examples=60, **PATIENT)
hypothesis.settings.register_profile("long", max_examples=2000, **PATIENT)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def builds(tmp_path_factory, request):
    """What is built once in a test run; each of its processes has a folder in one that they share."""
    from builds import Builds

    folder = tmp_path_factory.getbasetemp()
    return Builds((folder.parent if hasattr(request.config, "workerinput") else folder) / "builds")
