"""The command as a table: arguments, standard input and files -> exit status, standard output, messages and resulting files.

The rows follow what users of gzip, xz and zstd expect; where those differ, the row says what is ours.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from command.command_server import CommandServer
from paths import run_command
from samples import synthetic_text

import quasicryth
from quasicryth.command.reports import ERROR, WARNING

TEXT = synthetic_text(3000)
PACKED = quasicryth.compress(TEXT)
PAPER = quasicryth.compress(TEXT, engine="paper")
BLOCKS = quasicryth.compress(TEXT, block_size=1000)
BROKEN = PACKED[:100] + b"oh no" + PACKED[105:]
LINES = TEXT.splitlines(keepends=True)
NOTHING = quasicryth.compress(b"")

FILES = {
    "a.txt": TEXT,
    "b.qcz": PACKED,
    "bad.qcz": BROKEN,
    "blocks.qcz": BLOCKS,
    "list": b"named like a command",
    "-x": b"named like an option",
    "sub/c.txt": b"in a folder",
    "sub/d.qcz": PACKED,
    "sub/deep/e.txt": b"deeper",
}
LINKS = {"link": "a.txt", "dangling": "nowhere", "sub/link.txt": "c.txt"}


@dataclass(frozen=True)
class Row:
    """A command line and what it comes to; *changes* are files made or changed, None for those that are gone."""

    line: str
    status: int = 0
    stdout: bytes | None = b""
    changes: dict[str, bytes | None] = field(default_factory=dict)
    # A regular expression for each line on standard error.
    messages: tuple[str, ...] = ()
    stdin: bytes = b""
    environment: dict[str, str] = field(default_factory=dict)


def error(line: str, *messages: str, stdin: bytes = b"", stdout: bytes | None = b"", **environment: str) -> Row:
    return Row(line, ERROR, stdout, {}, messages, stdin, environment)


def packed(data: bytes, *arguments, **options) -> bytes:
    return quasicryth.compress(data, *arguments, **options)


COMPRESSING = [
    # as zstd: the source is kept
    Row("qcz a.txt", changes={"a.txt.qcz": PACKED}),
    Row("qcz compress a.txt", changes={"a.txt.qcz": PACKED}),
    Row("qcz -z a.txt", changes={"a.txt.qcz": PACKED}),
    Row("qcz -k a.txt", changes={"a.txt.qcz": PACKED}),
    Row("qcz --keep -6 a.txt", changes={"a.txt.qcz": PACKED}),
    Row("qcz --rm a.txt", changes={"a.txt.qcz": PACKED, "a.txt": None}),
    Row("qcz --rm --no-verify a.txt", changes={"a.txt.qcz": PACKED, "a.txt": None}),
    Row("qcz --rm -k a.txt", changes={"a.txt.qcz": PACKED}),
    Row("qcz -k --rm a.txt", changes={"a.txt.qcz": PACKED, "a.txt": None}),
    Row("qcz --rm a.txt sub/c.txt", changes={
        "a.txt.qcz": PACKED, "a.txt": None, "sub/c.txt.qcz": packed(b"in a folder"), "sub/c.txt": None
    }),
    Row("qcz a.txt -o new", changes={"new": PACKED}),
    Row("qcz -o new a.txt", changes={"new": PACKED}),
    Row("qcz -onew a.txt", changes={"new": PACKED}),
    Row("qcz a.txt --output=new --rm", changes={"new": PACKED, "a.txt": None}),
    Row("qcz -c a.txt", stdout=PACKED),
    Row("qcz --stdout a.txt", stdout=PACKED),
    Row("qcz -o - a.txt", stdout=PACKED),
    Row("qcz -c a.txt list", stdout=PACKED + packed(b"named like a command")),
    Row("qcz", stdin=TEXT, stdout=PACKED),
    Row("qcz -", stdin=TEXT, stdout=PACKED),
    Row("qcz compress", stdin=TEXT, stdout=PACKED),
    Row("qcz -o new", stdin=TEXT, changes={"new": PACKED}),
    Row("qcz - -o new", stdin=TEXT, changes={"new": PACKED}),
    Row("qcz -f -o b.qcz", stdin=b"other", changes={"b.qcz": packed(b"other")}),
    Row("qcz a.txt - list", stdin=b"third", stdout=packed(b"third"), changes={
        "a.txt.qcz": PACKED, "list.qcz": packed(b"named like a command")
    }),
    Row("qcz", stdout=NOTHING),
    Row("qcz -v a.txt", changes={"a.txt.qcz": PACKED}, messages=(r"qcz: a.txt: 3,000 bytes, compressed \d+ \(.* %\), .*",)),
    Row("qcz -vq a.txt", changes={"a.txt.qcz": PACKED}),
    Row("qcz --no-progress a.txt", changes={"a.txt.qcz": PACKED}),
    Row("qcz -f a.txt -o b.qcz", changes={"b.qcz": PACKED}),
    Row("qcz -f link", changes={"link.qcz": PACKED}),
    Row("qcz -c link", stdout=PACKED),
    Row("qcz -f --rm link", changes={"link.qcz": PACKED, "link": None}),
    Row("qcz -S .z a.txt", changes={"a.txt.z": PACKED}),
    Row("qcz -S.z a.txt", changes={"a.txt.z": PACKED}),
    Row("qcz --suffix=-small a.txt", changes={"a.txt-small": PACKED}),
    Row("qcz b.qcz -o again", changes={"again": packed(PACKED)}),
    Row("qcz -c b.qcz", stdout=packed(PACKED)),
    Row("qcz -S .z b.qcz", changes={"b.qcz.z": packed(PACKED)}),
    Row("qcz /dev/null -o new", changes={"new": NOTHING}),
    Row("qcz -c /dev/null", stdout=NOTHING),
    Row("qcz a.txt -o /dev/null"),
    # names of commands and of options
    Row("qcz -- list", changes={"list.qcz": packed(b"named like a command")}),
    Row("qcz ./list", changes={"list.qcz": packed(b"named like a command")}),
    Row("qcz -z list", changes={"list.qcz": packed(b"named like a command")}),
    Row("qcz compress list", changes={"list.qcz": packed(b"named like a command")}),
    Row("qcz -- -x", changes={"-x.qcz": packed(b"named like an option")}),
    Row("qcz ./-x", changes={"-x.qcz": packed(b"named like an option")}),
    Row("qcz a.txt -o -y", changes={"-y": PACKED}),
    # folders
    Row("qcz -r sub", changes={"sub/c.txt.qcz": packed(b"in a folder"), "sub/deep/e.txt.qcz": packed(b"deeper")}),
    Row("qcz -r a.txt sub/deep", changes={"a.txt.qcz": PACKED, "sub/deep/e.txt.qcz": packed(b"deeper")}),
    Row("qcz --rm -r sub", changes={
        "sub/c.txt.qcz": packed(b"in a folder"), "sub/deep/e.txt.qcz": packed(b"deeper"), "sub/c.txt": None, "sub/deep/e.txt": None
    }),
    Row("qcz -rc sub/deep", stdout=packed(b"deeper")),
    Row("qcz sub", WARNING, messages=("qcz: sub: is a folder, skipped; -r takes.*",)),
    Row("qcz -q sub", WARNING),
    Row("qcz sub a.txt", WARNING, changes={"a.txt.qcz": PACKED}, messages=("qcz: sub: is a folder, .*",)),
    Row("qcz --rm sub a.txt", WARNING, changes={"a.txt.qcz": PACKED, "a.txt": None}, messages=("qcz: sub: .*",)),
    Row("qcz sub -o new", WARNING, messages=("qcz: sub: is a folder.*",)),
    # skipped with a warning
    Row("qcz b.qcz", WARNING, messages=("qcz: b.qcz: the name ends in .qcz already, skipped.*",)),
    Row("qcz link", WARNING, messages=("qcz: link: is a symbolic link, skipped; -f.*",)),
    Row("qcz link -o new", WARNING, messages=("qcz: link: is a symbolic link.*",)),
    Row("qcz /dev/null", WARNING, messages=("qcz: /dev/null: is neither a file nor a folder, skipped.*",)),
    # one bad file does not stop the others, and keeps all sources
    Row("qcz missing a.txt", ERROR, changes={"a.txt.qcz": PACKED}, messages=("qcz: missing: No such file or directory",)),
    Row("qcz --rm a.txt missing", ERROR, changes={"a.txt.qcz": PACKED}, messages=("qcz: missing: .*", ".*no source was removed.*")),
    Row("qcz --rm missing a.txt", ERROR, changes={"a.txt.qcz": PACKED}, messages=("qcz: missing: .*", ".*no source was removed.*")),
    Row("qcz -qq missing a.txt", ERROR, changes={"a.txt.qcz": PACKED}),
    Row("qcz missing sub", ERROR, messages=("qcz: missing: .*", "qcz: sub: is a folder.*")),
    error("qcz a.txt -o b.qcz", "qcz: a.txt: b.qcz already exists; -f overwrites it"),
    error("qcz -o b.qcz", "qcz: standard input: b.qcz already exists.*", stdin=TEXT),
    error("qcz a.txt -o dangling", "qcz: a.txt: dangling already exists.*"),
    error("qcz a.txt -o a.txt", "qcz: a.txt: input and output are the same file, a.txt"),
    error("qcz -f a.txt -o a.txt", ".*same file.*"),
    error("qcz -f a.txt -o ./sub/../a.txt", ".*same file.*"),
    error("qcz -f a.txt -o link", ".*same file.*"),
    error("qcz a.txt -o sub", "qcz: a.txt: sub is a folder"),
    error("qcz a.txt -o ''", "qcz: a.txt: the name of the output is empty.*"),
    error("qcz a.txt -o new/", "qcz: a.txt: the name of the output is empty or that of a folder"),
    error("qcz a.txt -o no/such/place", "qcz: no/such/place: No such file or directory"),
    error("qcz a.txt -o /dev/full", "qcz: /dev/full: No space left on device"),
    error("qcz ''", "qcz: '': No such file or directory"),
    error("qcz -f dangling", "qcz: dangling: No such file or directory"),
    error("qcz a.txt/b", "qcz: a.txt/b: Not a directory"),
    error("qcz --rm -f a.txt -o /dev/null", "qcz: a.txt: --rm needs an output that is a file"),
    error(f"qcz {'n' * 300}", r"qcz: n+: File name too long"),
    error(f"qcz {'n' * 70_000}", r"qcz: n+: File name too long"),
]  # fmt: skip

CODING = [
    *(Row(f"qcz -{level}", stdin=TEXT, stdout=packed(TEXT, level)) for level in range(1, 10)),
    Row("qcz --fast", stdin=TEXT, stdout=packed(TEXT, 1)),
    Row("qcz --best", stdin=TEXT, stdout=packed(TEXT, 9)),
    Row("qcz -9 -1 -7", stdin=TEXT, stdout=packed(TEXT, 7)),
    Row("qcz -4c a.txt", stdout=packed(TEXT, 4)),
    Row("qcz -c4 a.txt", stdout=packed(TEXT, 4)),
    Row("qcz -kf9 a.txt", changes={"a.txt.qcz": packed(TEXT, 9)}),
    Row("qcz", stdin=TEXT, stdout=packed(TEXT, 2), environment={"QCZ_LEVEL": "2"}),
    Row("qcz -5", stdin=TEXT, stdout=packed(TEXT, 5), environment={"QCZ_LEVEL": "2"}),
    Row("qcz", stdin=TEXT, stdout=PACKED, environment={"QCZ_LEVEL": ""}),
    Row("qcz --engine mix", stdin=TEXT, stdout=PACKED, environment={"QCZ_LEVEL": "2"}),
    Row("qcz -d", stdin=PACKED, stdout=TEXT, environment={"QCZ_LEVEL": "x"}),
    error("qcz", r"qcz: the variable QCZ_LEVEL is '1\\x1b', not a level from 1 to 9", stdin=TEXT, QCZ_LEVEL="1\x1b"),
    Row("qcz --engine fast", stdin=TEXT, stdout=packed(TEXT, engine="fast")),
    Row("qcz --engine paper -3", stdin=TEXT, stdout=PAPER),
    Row("qcz --tiling multi", stdin=TEXT, stdout=PAPER),
    Row("qcz compress --tiling period:LLSLS", stdin=TEXT, stdout=packed(TEXT, tiling="period5")),
    Row("qcz --block-size 1000", stdin=TEXT, stdout=BLOCKS),
    Row("qcz --block-size 1K -T0", stdin=TEXT, stdout=packed(TEXT, block_size=1024)),
    Row("qcz --block-size 1000 -T2", stdin=TEXT, stdout=BLOCKS),
    Row("qcz --block-size 1000 -T 3", stdin=TEXT, stdout=BLOCKS),
    Row("qcz --verify", stdin=TEXT, stdout=PACKED),
    Row("qcz --verify --block-size 1000 -T2", stdin=TEXT, stdout=BLOCKS),
    Row("qcz --verify a.txt", changes={"a.txt.qcz": PACKED}),
    Row("qcz --verify --block-size 1000 -T2 --rm a.txt", changes={"a.txt.qcz": BLOCKS, "a.txt": None}),
    error("qcz -3 --engine mix a.txt", "qcz: the engine mix has the levels 4 to 9, not 3"),
    error("qcz --engine mix --tiling multi a.txt", ".*the engine mix takes no tiling.*"),
    error("qcz --tiling penrose a.txt", ".*unknown tiling 'penrose'.*thue-morse.*"),
    error("qcz --engine steam a.txt", ".*'steam' is not one of 'fast', 'mix', 'paper'.*"),
    error("qcz --block-size 0 a.txt", ".*block_size 0 is not between.*"),
    error("qcz --block-size 2g a.txt", ".*is not between.*"),
    error("qcz --block-size x a.txt", ".*'x' is not a size such as.*"),
    error("qcz --block-size 99999999999999999999 a.txt", ".*is not a size such as.*"),
    error("qcz -T -1 a.txt", ".*-1 is not in the range.*"),
    error("qcz -0 a.txt", "qcz: No such option.*-0.*'qcz --help' says more.*"),
]

DECOMPRESSING = [
    Row("qcz -d b.qcz", changes={"b": TEXT}),
    Row("qcz decompress b.qcz", changes={"b": TEXT}),
    Row("qcz --uncompress b.qcz", changes={"b": TEXT}),
    Row("unqcz b.qcz", changes={"b": TEXT}),
    Row("unqcz", stdin=PACKED, stdout=TEXT),
    Row("qcz -dk b.qcz", changes={"b": TEXT}),
    Row("qcz -d --rm b.qcz", changes={"b": TEXT, "b.qcz": None}),
    Row("unqcz --rm b.qcz", changes={"b": TEXT, "b.qcz": None}),
    Row("qcz -dc b.qcz", stdout=TEXT),
    Row("qcz -cd b.qcz blocks.qcz", stdout=TEXT * 2),
    Row("qcz -d b.qcz blocks.qcz", changes={"b": TEXT, "blocks": TEXT}),
    Row("qcz -d b.qcz -o new", changes={"new": TEXT}),
    Row("qcz -d", stdin=PACKED, stdout=TEXT),
    Row("qcz -d -", stdin=PACKED + PAPER, stdout=TEXT * 2),
    Row("qcz -d", stdin=NOTHING),
    Row("qcz -d -T0", stdin=BLOCKS, stdout=TEXT),
    Row("qcz -9 -d", stdin=PACKED, stdout=TEXT),
    Row("qcz -z -d", stdin=PACKED, stdout=TEXT),
    Row("qcz -d -z", stdin=TEXT, stdout=PACKED),
    Row("qcz -dr sub", changes={"sub/d": TEXT}),
    Row("qcz -dv b.qcz", changes={"b": TEXT}, messages=("qcz: b.qcz: 3,000 bytes, compressed .*",)),
    Row("qcz -df b.qcz -o a.txt"),
    Row("qcz -dc -M 1g --max-length 3000 b.qcz", stdout=TEXT),
    Row("qcz -dc a.txt", ERROR, messages=("qcz: a.txt: not a .qcz file: .*",)),
    Row("qcz -d sub", WARNING, messages=("qcz: sub: is a folder.*",)),
    Row(
        "qcz -d a.txt b.qcz", ERROR, changes={"b": TEXT}, messages=("qcz: a.txt: the name does not end in .qcz; .* -o, or use -c",)
    ),
    Row("qcz -d bad.qcz b.qcz", ERROR, changes={"b": TEXT}, messages=("qcz: bad.qcz: block 0 at byte 15 is damaged: .*",)),
    Row(
        "qcz -d --rm bad.qcz b.qcz", ERROR, changes={"b": TEXT}, messages=("qcz: bad.qcz: .*damaged.*", ".*no source was removed.*")
    ),
    Row("qcz -d -S .txt a.txt", ERROR, messages=("qcz: a.txt: not a .qcz file: .*",)),
    Row("qcz -dc -S .txt b.qcz", stdout=TEXT),
    error("qcz -d b.qcz -o a.txt", "qcz: b.qcz: a.txt already exists.*"),
    error("qcz -d -f b.qcz -o b.qcz", "qcz: b.qcz: input and output are the same file.*"),
    error("qcz -d a.txt -o new", "qcz: a.txt: not a .qcz file.*"),
    error("qcz -df a.txt -o b.qcz", "qcz: a.txt: not a .qcz file.*"),
    error("qcz -d", "qcz: standard input: there is no data: .*"),
    error("qcz -d", "qcz: standard input: the data ends at byte .*", stdin=PACKED[:-1], stdout=None),
    error("qcz -d", "qcz: standard input: after the last frame, at byte .*", stdin=PACKED + b"junk", stdout=None),
    error("qcz -d", "qcz: standard input: .*damaged.*", stdin=BROKEN),
    error("qcz -d .qcz", "qcz: .qcz: No such.*"),
    error("qcz -d --max-length 2999 b.qcz", "qcz: b.qcz: the content is longer than the limit.*"),
    error("qcz -d -M 1k b.qcz", r"qcz: b.qcz: the block at byte 15 needs at least \d+ bytes to decode; the limit is 1024"),
    error("qcz -d -M1m b.qcz", r"qcz: b.qcz: the block at byte 15 needs \d+ bytes to decode; the limit is 1048576"),
    error("qcz -d b.qcz -o /dev/full", "qcz: /dev/full: No space left on device"),
]

READING = [
    Row("qczcat b.qcz", stdout=TEXT),
    Row("qczcat", stdin=BLOCKS, stdout=TEXT),
    Row("qczcat b.qcz blocks.qcz", stdout=TEXT * 2),
    Row("qcz cat b.qcz", stdout=TEXT),
    Row("qcz cat -r sub", stdout=TEXT),
    Row("qcz cat", stdin=BLOCKS * 2, stdout=TEXT * 2),
    Row("qcz cat --range 100:200 b.qcz", stdout=TEXT[100:200]),
    Row("qcz cat --range 990:2010 -T2", stdin=BLOCKS, stdout=TEXT[990:2010]),
    Row("qcz cat --range :7 b.qcz", stdout=TEXT[:7]),
    Row("qcz cat --range 2990: blocks.qcz", stdout=TEXT[2990:]),
    Row("qcz cat --range -10: b.qcz", stdout=TEXT[-10:]),
    Row("qcz cat --range=-10:-5 blocks.qcz", stdout=TEXT[-10:-5]),
    Row("qcz cat --range 30000:40000 b.qcz"),
    Row("qcz cat --range 200:100 b.qcz"),
    Row("qcz cat --lines 2:4 b.qcz", stdout=b"".join(LINES[1:4])),
    Row("qcz cat --lines :1", stdin=BLOCKS, stdout=LINES[0]),
    Row("qcz cat --lines 5: b.qcz", stdout=b"".join(LINES[4:])),
    Row("qcz cat --lines 4:2 b.qcz"),
    Row("qczcat missing b.qcz", ERROR, stdout=TEXT, messages=("qczcat: missing: No such.*",)),
    error("qcz cat --range -10:", ".*from the end of a file only.*", stdin=BLOCKS),
    error("qcz cat --lines 0:2 b.qcz", ".*count.* from 1.*'qcz cat --help'.*"),
    error("qcz cat --lines 7 b.qcz", ".*'7' is not a span.*"),
    error("qcz cat --range x:y b.qcz", ".*not a span.*"),
    error("qcz cat --range 1:2 --lines 1:2 b.qcz", ".*exclude each other.*"),
    error("qcz cat a.txt", "qcz: a.txt: not a .qcz file.*"),
    error("qcz cat", "qcz: standard input: the data ends at byte.*", stdin=PACKED[:-1], stdout=None),
    Row("qcz -t b.qcz blocks.qcz"),
    Row("qcz test b.qcz"),
    Row("qcz -t", stdin=PACKED),
    Row("qcz -t --rm b.qcz"),
    Row("qcz -l --rm b.qcz", stdout=None),
    Row("qcz -tc b.qcz"),
    Row("qcz -tr sub"),
    Row("qcz -tv b.qcz", messages=("qcz: b.qcz: intact",)),
    Row("qcz test --quick bad.qcz"),
    Row("qcz -tv --quick bad.qcz", messages=("qcz: bad.qcz: intact by its tail",)),
    Row("qcz -t link", ERROR, messages=("qcz: link: there is no .qcz frame: .*",)),
    Row("qcz -t sub", WARNING, messages=("qcz: sub: is a folder.*",)),
    error("qcz -t bad.qcz b.qcz", "qcz: bad.qcz: bytes 15 to .* content bytes 0 to 3,000 are lost"),
    error("qcz -tqq bad.qcz"),
    error("qcz -t missing b.qcz", "qcz: missing: No such.*"),
    error("qcz -t", "qcz: standard input: bytes .*", stdin=PACKED + b"junk"),
    error("qcz -t", "qcz: standard input: there is no .qcz frame.*"),
    error("qcz -t -M 1k b.qcz", ".*needs at least.*"),
    error("qcz test --quick", ".*", stdin=PACKED),
    Row("qcz recover b.qcz -o new", changes={"new": TEXT}),
    Row("qcz recover -o -", stdin=BLOCKS, stdout=TEXT),
    Row("qcz recover bad.qcz -o new", WARNING, changes={"new": b""}, messages=("qcz: bad.qcz: bytes .* are lost",)),
    Row("qcz recover -o new", stdin=PACKED + b"junk", changes={"new": TEXT}, messages=(".* no content is lost",)),
    error("qcz recover b.qcz", "qcz: -o OUTPUT is needed.*"),
    error("qcz recover a.txt -o new", "qcz: a.txt: there is no .qcz frame.*"),
    error("qcz recover b.qcz -o a.txt", ".*a.txt already exists.*"),
    error("qcz recover --json b.qcz -o -", ".*--json needs standard output.*"),
    error("qcz info a.txt", "qcz: a.txt: not a .qcz file.*"),
    error("qcz info --max-length 2999 b.qcz", "qcz: b.qcz: the content is longer than the limit.*"),
    error("qcz info -M 1k b.qcz", "qcz: b.qcz: .*the limit is 1024"),
    error("qcz test --quick --max-length 2999 b.qcz", "qcz: b.qcz: the content has 3000 bytes; the limit is 2999"),
    Row("qcz test --quick --max-length 3000 b.qcz"),
    error("qcz info missing", "qcz: missing: No such file or directory"),
    error("qcz bench missing", "qcz: missing: No such file or directory"),
    error("qcz bench --levels 8:3 a.txt", ".*--levels names none.*"),
]

USAGE = [
    error("qcz --nonsense", "qcz: No such option.*--nonsense.*"),
    error("qcz nonsense", "qcz: nonsense: No such file or directory"),
    error("qcz -c -o new a.txt", "qcz: -o and -c exclude each other.*"),
    error("qcz --rm -c a.txt", "qcz: --rm needs an output file.*"),
    error("qcz --rm a.txt -o -", "qcz: --rm needs an output file.*"),
    error("qcz a.txt list -o new", "qcz: -o takes one FILE; .*"),
    error("qcz -r sub -o new", "qcz: -o takes one FILE; .*"),
    error("qcz -S '' a.txt", ".*'' is not a suffix.*"),
    error("qcz -S /z a.txt", ".*'/z' is not a suffix.*"),
    error("qcz -M 1g a.txt", "qcz: -M is not for compress, but for decompress and test.*"),
    error("qcz --max-length 0 a.txt", "qcz: --max-length is not for compress.*"),
    error("qcz --json a.txt", "qcz: --json is not for compress, but for test and list.*"),
    error("qcz -d --quick b.qcz", "qcz: --quick is not for decompress, but for test.*"),
    error("qcz -o", "qcz: Option '-o' requires an argument.*"),
    error("qcz --json -l --nonsense=\x1b[31m", r"qcz: No such option[^\x1b]*"),
    error("qcz compress -d a.txt", ".*No such option.*-d.*'qcz compress --help' says more.*"),
    error("unqcz -d b.qcz", "unqcz: No such option.*'unqcz --help' says more.*"),
]

TABLE = [*COMPRESSING, *CODING, *DECOMPRESSING, *READING, *USAGE]


@pytest.fixture(scope="module")
def server():
    with CommandServer() as server:
        yield server


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    for name, target in LINKS.items():
        (tmp_path / name).symlink_to(target)
    return tmp_path


def tree(folder: Path) -> dict[str, bytes]:
    """All files and links in *folder*, by their names in it."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = b"-> " + os.fsencode(path.readlink())
        elif path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.line[:60])
def test_behaviour(server, folder, row):
    expected = {**tree(folder), **row.changes}
    run = server(*shlex.split(row.line), stdin=row.stdin, cwd=folder, environment=row.environment)
    assert run.status == row.status, run.stderr
    assert row.stdout is None or run.stdout == row.stdout
    lines = run.stderr.splitlines()
    assert len(lines) == len(row.messages), run.stderr
    for line, message in zip(lines, row.messages, strict=True):
        assert re.fullmatch(message, line), line
    assert tree(folder) == {name: content for name, content in expected.items() if content is not None}


def test_the_table_is_of_a_size():
    assert len({(row.line, row.stdin, *row.environment) for row in TABLE}) >= 200


@pytest.mark.parametrize("line", ["qcz --version", "qcz -V", "qcz -d --version", "qcz -qV a.txt"])
def test_version(server, folder, line):
    from quasicryth.engines.registry import CPU_PATHS

    run = server(*shlex.split(line), cwd=folder)
    lines = [f"qcz {quasicryth.__version__}", f"engines fast, mix, paper; file format 2; CPU path {CPU_PATHS[-1]}"]
    assert (run.status, run.stdout.decode().splitlines(), run.stderr) == (0, lines, "")


def test_help(server, folder):
    whole = server("qcz", "--help", cwd=folder).stdout
    assert whole == server("qcz", "-h", cwd=folder).stdout == server("qcz", "-d", "--help", cwd=folder).stdout
    for name in ("compress", "decompress", "cat", "list", "test", "info", "recover", "bench"):
        assert re.search(rf"^  {name} +\w", whole.decode(), flags=re.MULTILINE)
        help_of = server("qcz", name, "--help", cwd=folder).stdout
        assert help_of.startswith(f"Usage: qcz {name} [OPTIONS] [FILE]".encode())
    assert server("unqcz", "-h", cwd=folder).stdout.startswith(b"Usage: unqcz [OPTIONS] [FILE]...")
    assert server("qczcat", "-h", cwd=folder).stdout.startswith(b"Usage: qczcat [OPTIONS] [FILE]...")


def test_a_run_of_the_server_is_one_of_the_command(server, folder):
    run = run_command("-dv", "b.qcz", "missing.qcz", cwd=folder)
    (folder / "b").unlink()
    same = server("qcz", "-dv", "b.qcz", "missing.qcz", cwd=folder)
    assert (same.status, same.stdout, same.stderr) == (run.returncode, run.stdout, run.stderr.decode())


# ---- lists -----------------------------------------------------------------------------------------------------------------


def listed(run) -> list[list[str]]:
    return [line.split() for line in run.stdout.decode().splitlines()]


@pytest.mark.parametrize("line", ["qcz -l", "qcz list", "qcz -dl"])
def test_list(server, folder, line):
    run = server(*shlex.split(line), "b.qcz", "blocks.qcz", "missing", "bad.qcz", cwd=folder)
    assert run.status == ERROR
    assert run.stderr == "qcz: missing: No such file or directory\n"
    heading, *rows, total = listed(run)
    assert heading == ["Frames", "Blocks", "Compressed", "Content", "Ratio", "Name"]
    for row, (name, data) in zip(rows, (("b.qcz", PACKED), ("blocks.qcz", BLOCKS), ("bad.qcz", BROKEN)), strict=True):
        blocks = "3" if name == "blocks.qcz" else "1"
        assert row == ["1", blocks, f"{len(data):,}", "3,000", f"{100 * len(data) / 3000:.2f}", "%", name]
    assert total[:4] == ["3", "5", f"{len(PACKED) * 2 + len(BLOCKS):,}", "9,000"]


def test_list_of_a_pipe_is_that_of_a_file(server, folder):
    (folder / "two.qcz").write_bytes(PACKED + BLOCKS)
    of_file = json.loads(server("qcz", "-l", "--json", "two.qcz", cwd=folder).stdout)["files"][0]
    of_pipe = json.loads(server("qcz", "list", "--json", stdin=PACKED + BLOCKS).stdout)["files"][0]
    assert of_file.pop("name") == "two.qcz"
    assert of_pipe.pop("name") == "-"
    assert of_file == of_pipe
    assert (of_file["decompressed_size"], of_file["block_count"], len(of_file["frames"])) == (6000, 4, 2)
    assert [frame["compressed_size"] for frame in of_file["frames"]] == [len(PACKED), len(BLOCKS)]
    assert listed(server("qcz", "-lv", stdin=PACKED + BLOCKS))[2][6:8] == ["frame", "0,"]


@pytest.mark.parametrize("data", [b"", PACKED[:-1], PACKED + b"junk", TEXT, PACKED[:30]], ids=len)
def test_list_of_what_is_cut_or_no_qcz(server, folder, data):
    (folder / "cut.qcz").write_bytes(data)
    for run in (server("qcz", "-l", "cut.qcz", cwd=folder), server("qcz", "-l", stdin=data)):
        assert (run.status, run.stdout) == (ERROR, b"")
        assert len(run.stderr.splitlines()) == 1


def test_list_in_a_folder(server, folder):
    assert [row[-1] for row in listed(server("qcz", "-lr", "sub", cwd=folder))] == ["Name", "sub/d.qcz"]


def test_test_for_programs(server, folder):
    run = server("qcz", "-t", "--json", "b.qcz", "bad.qcz", cwd=folder)
    assert (run.status, run.stderr) == (ERROR, "")
    good, bad = json.loads(run.stdout)["files"]
    assert good == {"name": "b.qcz", "damages": []}
    assert (bad["damages"][0]["content_start"], bad["damages"][0]["content_end"]) == (0, 3000)


# ---- bench -----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_bench(server, folder):
    run = server("qcz", "bench", "--levels", "1:4", "a.txt", cwd=folder)
    assert (run.status, run.stderr) == (0, "")
    rows = listed(run)
    assert [row[0] for row in rows[2:]] == ["-1", "-2", "-3", "-4"]
    assert [row[1] for row in rows[2:]] == [f"{len(packed(TEXT, level)):,}" for level in range(1, 5)]


@pytest.mark.slow
def test_bench_for_programs(server):
    run = server("qcz", "bench", "--json", "-3", "--block-size", "1k", "-T2", stdin=TEXT)
    report = json.loads(run.stdout)
    (level,) = report["levels"]
    assert (report["name"], report["threads"], level["level"], level["content_bytes"]) == ("-", 2, 3, 3000)
    assert level["compressed_bytes"] == len(packed(TEXT, 3, block_size=1024))
    assert level["compress_seconds"] > 0 < level["decompress_seconds"]
