"""What was measured, kept: sizes by text, engine and design; continued where it was left off; written as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..base.version import __version__
from .designs import Design, make_designs
from .experiment import Measurement, Subject, takes_design

_FORMAT = 1


@dataclass
class TextResults:
    """All measurements of the text *name* (its first *size* bytes, of this *digest*) with one *engine*, by design."""

    name: str
    size: int
    digest: str
    engine: str
    measurements: dict[str, Measurement] = field(default_factory=dict)

    def size_of(self, design: str) -> int:
        """Return the bytes that *design* came to. Raises KeyError if it was not measured."""
        return self.measurements[design].size

    def sizes(self, designs: Iterable[Design]) -> list[int]:
        """Return the bytes of all *designs*, in order."""
        return [self.size_of(design.name) for design in designs]


def digest_of(data: bytes) -> str:
    """Return what tells *data* from any other text."""
    return sha256(data).hexdigest()


class ResultFile:
    """A JSON file of results at *path*, or none (None); what is in it of this version of the package is not measured again."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._texts: dict[tuple[str, str, str], TextResults] = {}
        self.about: dict[str, Any] = {}
        if path is not None and path.exists():
            self._load(json.loads(path.read_text(encoding="utf-8")))

    def _load(self, kept: dict[str, Any]) -> None:
        if kept.get("version") != __version__ or kept.get("format") != _FORMAT:
            return
        self.about = kept.get("about", {})
        for text in kept["texts"]:
            measured = {name: _measurement(name, value) for name, value in text.pop("measurements").items()}
            results = TextResults(**text, measurements=measured)
            self._texts[results.name, results.digest, results.engine] = results

    def text(self, name: str, data: bytes, engine: str) -> TextResults:
        """Return the results of the text *name* with *engine*: empty, if there are none yet."""
        key = (name, digest_of(data), engine)
        return self._texts.setdefault(key, TextResults(name, len(data), key[1], engine))

    def texts(self) -> list[TextResults]:
        """Return the results of all texts."""
        return list(self._texts.values())

    def save(self) -> None:
        """Write everything to the file, if there is one: a line for each text, so that changes can be read."""
        if self._path is None:
            return
        texts = [json.dumps(_to_plain(text), separators=(",", ":")) for text in self._texts.values()]
        head = json.dumps({"format": _FORMAT, "version": __version__, "about": self.about})[:-1]
        written = self._path.with_name(self._path.name + ".part")
        written.write_text(head + ', "texts": [\n' + ",\n".join(texts) + "\n]}\n", encoding="utf-8")
        written.replace(self._path)


def _to_plain(text: TextResults) -> dict[str, Any]:
    measured = {name: _plain_measurement(measurement) for name, measurement in text.measurements.items()}
    return {"name": text.name, "size": text.size, "digest": text.digest, "engine": text.engine, "measurements": measured}


def _plain_measurement(measurement: Measurement) -> int | dict[str, Any]:
    """A bare number where nothing but the size is kept."""
    plain = {name: value for name, value in asdict(measurement).items() if name != "design" and value}
    return measurement.size if list(plain) == ["size"] else plain


def _measurement(design: str, plain: int | dict[str, Any]) -> Measurement:
    if isinstance(plain, int):
        return Measurement(design, plain)
    hits = plain.get("hits")
    return Measurement(
        design,
        plain["size"],
        tuple(plain.get("positions", ())),
        tuple(hits) if hits is not None else None,
        plain.get("streams", {}),
    )


# ---- measuring ---------------------------------------------------------------------------------------------------------------

# Of these all is kept: positions, hits and streams. Of the others, of which there are hundreds, the size and the positions.
_DETAILED = "published"


def fill(
    results: TextResults,
    data: bytes,
    designs: Iterable[Design],
    *,
    brief: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> None:
    """Measure what is missing in *results* of *designs* on the text *data*; keep sizes only where *brief*; *advance* after each."""
    subject: Subject | None = None
    detailed = {design.name for design in make_designs(_DETAILED)}
    for design in designs:
        if takes_design(results.engine, design.name) and design.name not in results.measurements:
            if subject is None:
                subject = Subject(results.name, data, results.engine)
            found = subject.measure(design.name)
            results.measurements[design.name] = (
                found if design.name in detailed or not brief else Measurement(design.name, found.size)
            )
        advance(1)


# ---- tables ------------------------------------------------------------------------------------------------------------------


def to_json(results: Iterable[TextResults]) -> str:
    """Return *results* as JSON: a list of texts with name, size, digest, engine and measurements by design."""
    return json.dumps({"version": __version__, "texts": [_to_plain(text) for text in results]}, indent=2) + "\n"


def to_csv(results: Iterable[TextResults], experiments: dict[str, list[Design]]) -> str:
    """Return *results* as CSV: a row for each text, engine, experiment and design."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    levels = [f"{words} words" for words in (3, 5, 8, 13, 21, 34, 55, 89, 144)]
    positions, hits = [f"positions of {level}" for level in levels], [f"hits of {level}" for level in levels]
    writer.writerow(["text", "text bytes", "engine", "experiment", "arm", "x", "seed", "design", "bytes", *positions, *hits])
    for text in results:
        for experiment, designs in experiments.items():
            for design in designs:
                if design.name in text.measurements:
                    found = text.measurements[design.name]
                    fields = [experiment, design.arm, design.x, "" if design.seed is None else design.seed, design.name, found.size]
                    counts = [*(found.positions or [""] * len(levels)), *(found.hits or [""] * len(levels))]
                    writer.writerow([text.name, text.size, text.engine, *fields, *counts])
    return out.getvalue()
