"""`python -m bench NAME`: the benchmarks of this folder, by the names of their files, and `all`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from .attacks import distill, fuzz, sanitized, soak, trust
from .measures import blocks, enwik, fast, guard, integrations, lab, levels, memory, mix, paper, rivals, speed, threads
from .pages import demo, picture, readme, results_page, session

RUNS: dict[str, Callable[[], bool]] = {
    "blocks": blocks.run,
    "fast": fast.run,
    "integrations": integrations.run,
    "lab": lab.run,
    "levels": levels.run,
    "memory": memory.run,
    "mix": mix.run,
    "paper": paper.run,
    "picture": picture.run,
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
    distilling = commands.add_parser("distill", help=distill.__doc__)
    distilling.add_argument("folder", help="that of `fuzz --folder`")
    distilling.add_argument("targets", nargs="*", choices=[[], *fuzz.TARGETS], help="default: all of them")
    commands.add_parser("guard", help=guard.__doc__.replace("%", "%%")).add_argument(
        "--write", action="store_true", help="keep the sizes of now"
    )
    long = "100 MB of text as well, which takes minutes"
    commands.add_parser("mix", help=mix.__doc__).add_argument("--long", action="store_true", help=long)
    commands.add_parser("lab", help=lab.__doc__)
    commands.add_parser("paper", help=paper.__doc__)
    commands.add_parser("sanitized", help="the whole test-suite under the address and undefined-behaviour sanitizers")
    commands.add_parser("session", help=session.__doc__)
    commands.add_parser("integrations", help=integrations.__doc__)
    commands.add_parser("levels", help=levels.__doc__)
    commands.add_parser("memory", help=memory.__doc__)
    commands.add_parser("picture", help=picture.__doc__)
    soaking = commands.add_parser("soak", help=soak.__doc__)
    soaking.add_argument("--seconds", type=float, default=soak.LONG_ENOUGH, help="for how long (default: an hour)")
    soaking.add_argument("--seed", type=int, help="that of an earlier run, to do the same again")
    commands.add_parser("speed", help=speed.__doc__)
    commands.add_parser("threads", help=threads.__doc__)
    commands.add_parser("trust", help=trust.__doc__)
    comparison = commands.add_parser("rivals", help=rivals.__doc__)
    comparison.add_argument("texts", nargs="*", help="corpora or files; without any, those of the tables, and what comes is kept")
    comparison.add_argument("--reference", metavar="BINARY", help="the published program")
    commands.add_parser("all", help="all of these but the demo, the session and --long: every number in the README and in docs")
    commands.add_parser("readme", help=readme.__doc__).add_argument(
        "--write", action="store_true", help="put them into README.md and docs"
    )
    commands.add_parser("results", help=results_page.__doc__).add_argument("--write", action="store_true", help="write that file")
    arguments = sys.argv[1:]
    if arguments and not arguments[0].startswith("-") and arguments[0] not in commands.choices:
        arguments = ["enwik", *arguments]  # the name of a text
    return parser.parse_args(arguments)


def _run(arguments: argparse.Namespace) -> bool:
    with_arguments: dict[str, Callable[[], bool]] = {
        "demo": lambda: demo.run(arguments.file),
        "distill": lambda: distill.run(arguments.folder, tuple(arguments.targets) or fuzz.TARGETS),
        "enwik": lambda: enwik.run(arguments.text, arguments.prefix, tuple(arguments.only), arguments.keep),
        "fuzz": lambda: fuzz.run(arguments.seconds, tuple(arguments.targets) or fuzz.TARGETS, arguments.folder),
        "guard": lambda: guard.run(arguments.write),
        "mix": lambda: mix.run(arguments.long),
        "readme": lambda: readme.run(arguments.write),
        "results": lambda: results_page.run(arguments.write),
        "rivals": lambda: rivals.run(arguments.texts, arguments.reference),
        "sanitized": sanitized.run,
        "session": session.run,
        "soak": lambda: soak.run(arguments.seconds, arguments.seed),
        "trust": trust.run,
    }
    if arguments.command == "all":
        results = [run() for run in RUNS.values()]  # all of them, also after one that missed a bar
        return all(results)
    return {**RUNS, **with_arguments}[arguments.command]()


def main() -> None:
    sys.exit(0 if _run(_parse_arguments()) else 1)


if __name__ == "__main__":
    main()
