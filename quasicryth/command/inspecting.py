"""`qcz info`: all that is in a file."""

from __future__ import annotations

import json

from ..base.limits import Limits
from ..frames.info import describe, format_description
from .reports import Reporter
from .transfer import StandardOutput, open_source, refuse_terminal_input


def print_info(name: str, limits: Limits, as_json: bool, reporter: Reporter) -> None:
    """Decode the file *name*, or standard input, within *limits*, and print what is in it, as lines or as JSON."""
    output = StandardOutput()
    with reporter.reported(name):
        refuse_terminal_input(name)
        with open_source(name) as source:
            frames = describe(source.file, limits)
        lines = [json.dumps({"frames": frames}, indent=2)] if as_json else format_description(frames)
        output.write_text("".join(f"{line}\n" for line in lines))
        output.flush()
