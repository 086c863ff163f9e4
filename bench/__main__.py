"""`python -m bench NAME`: the benchmarks of this folder, by the names of their files, and `all`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from . import blocks, demo, enwik, fast, fuzz, lab, mix, paper, readme, results_page, rivals, session, speed, threads, trust

RUNS: dict[str, Callable[[], bool]] = {
    "blocks": blocks.run,
    "fast": fast.run,
    "lab": lab.run,
    "mix": mix.run,
    "paper": paper.run,
    "rivals": rivals.run,
    "speed": speed.run,
    "threads": threads.run,
}


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help=demo.__doc__).add_argument("file", nargs="?")
    commands.add_parser("blocks", help=blocks.__doc__)
    commands.add_parser("fast", help=fast.__doc__)
    harness = commands.add_parser("enwik", help=enwik.__doc__)
    harness.add_argument("text", help="enwik8, enwik9, another corpus, or a file; the word enwik may be left out")
    harness.add_argument("--prefix", type=int, metavar="BYTES", help="only so many bytes of it")
    harness.add_argument("--only", action="append", default=[], metavar="OPTIONS", choices=list(enwik.CONFIGURATIONS))
    harness.add_argument("--keep", type=Path, default=enwik.KEPT, metavar="FILE", help="the file of results, gone on with")
    fuzzing = commands.add_parser("fuzz", help=fuzz.__doc__)
    fuzzing.add_argument("--seconds", type=int, default=fuzz.ENOUGH_SECONDS, help="for how long (default: an hour)")
    fuzzing.add_argument("--folder", help="where to keep inputs, to go on with them another time")
    fuzzing.add_argument("targets", nargs="*", choices=[[], *fuzz.TARGETS], help="default: all of them, at the same time")
    long = "100 MB of text as well, which takes minutes"
    commands.add_parser("mix", help=mix.__doc__).add_argument("--long", action="store_true", help=long)
    commands.add_parser("lab", help=lab.__doc__)
    commands.add_parser("paper", help=paper.__doc__)
    commands.add_parser("session", help=session.__doc__)
    commands.add_parser("speed", help=speed.__doc__)
    commands.add_parser("threads", help=threads.__doc__)
    commands.add_parser("trust", help=trust.__doc__)
    commands.add_parser("rivals", help=rivals.__doc__)
    commands.add_parser("all", help="all of these but the demo, the session and --long: every number in the README")
    commands.add_parser("readme", help=readme.__doc__).add_argument("--write", action="store_true", help="put them into README.md")
    commands.add_parser("results", help=results_page.__doc__).add_argument("--write", action="store_true", help="write that file")
    arguments = sys.argv[1:]
    if arguments and not arguments[0].startswith("-") and arguments[0] not in commands.choices:
        arguments = ["enwik", *arguments]  # the name of a text
    return parser.parse_args(arguments)


def main() -> None:
    arguments = _parse_arguments()
    if arguments.command == "demo":
        fine = demo.run(arguments.file)
    elif arguments.command == "enwik":
        fine = enwik.run(arguments.text, arguments.prefix, tuple(arguments.only), arguments.keep)
    elif arguments.command == "fuzz":
        fine = fuzz.run(arguments.seconds, tuple(arguments.targets) or fuzz.TARGETS, arguments.folder)
    elif arguments.command == "trust":
        fine = trust.run()
    elif arguments.command == "readme":
        fine = readme.run(arguments.write)
    elif arguments.command == "results":
        fine = results_page.run(arguments.write)
    elif arguments.command == "session":
        fine = session.run()
    elif arguments.command == "mix":
        fine = mix.run(arguments.long)
    else:
        chosen = RUNS.values() if arguments.command == "all" else [RUNS[arguments.command]]
        results = [run() for run in chosen]
        fine = all(results)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
