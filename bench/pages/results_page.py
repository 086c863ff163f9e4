"""bench/RESULTS.md, made from bench/results/lab.json: printed, or with --write put into its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from quasicryth.lab.claims import Claim, show
from quasicryth.lab.conclusions import against_shuffled, compare, compare_drawn, conclude
from quasicryth.lab.designs import BUDGET_TARGETS, DRAWN_COUNTS, make_designs
from quasicryth.lab.experiment import WHY_NOT_MIX
from quasicryth.lab.growth import Growth, check_activation, check_growth, prefix_name
from quasicryth.lab.results import ResultFile, TextResults
from quasicryth.lab.statistics import Interval, sign
from quasicryth.lab.theory import check_claims

from ..measures.lab import GROWING, KEPT, KINDS, SEEDS, WIDE, wide_name
from ..measures.paper import PUBLISHED_ADVANTAGE

PAGE = Path(__file__).parent.parent / "RESULTS.md"
_PUBLISHED_WITHIN = 0.02
_SHIFTS_OF_PERIOD_5 = 8
# Rival of the golden tilings, and how many there are of each.
_COMPARED = (("Period-5", (1, 4, 8)), ("period 89", (1, 4, 12)), ("random", (1, 4, 12)))
# Bytes that a build of the published program gives for whole files with nothing but its positions changed.
_REFERENCE = {
    "alice29.txt": {"fibonacci": 54_616, "period5x8": 54_164, "multi": 54_158, "all": 54_147, "costed-fixed": 54_127},
    "e3m": {"fibonacci": 976_511, "period5x8": 954_316, "multi": 955_788, "all": 953_495, "costed-fixed": 957_025},
    "bible.txt": {"fibonacci": 964_640, "period5x8": 948_854, "multi": 947_610, "all": 946_226, "costed-fixed": 944_872},
    "world192.txt": {"fibonacci": 634_774, "period5x8": 618_264, "multi": 620_066, "all": 617_293, "costed-fixed": 620_478},
}
_REFERENCE_PAIRS = (("period5x8", "fibonacci"), ("all", "multi"), ("costed-fixed", "all"))
_HEADS = {
    "matched-count": "As many tilings on either side",
    "matched-budget": "As many positions on either side",
    "periods": "Periods from 2 to 144",
    "sequences": "Other sequences, and random ones",
}
_WHAT = {
    "matched-count": "k golden phases against k shifts of a periodic tiling, and against k random tilings, all drawn by lot.",
    "matched-budget": (
        "The positions of a design against as many of each depth at words drawn by lot: the same number of lookups at every level, "
        "only without the order of the tiling."
    ),
    "periods": (
        "Of each period the balanced word with the share of L nearest to the golden one; Fibonacci numbers give the Fibonacci "
        "approximants."
    ),
    "sequences": "One and twelve tilings of a kind against random tilings with L : S = phi : 1 and no adjacent S.",
}


class _Kept:
    """The kept results by text and engine; the newest, where a text has changed."""

    def __init__(self) -> None:
        self.file = ResultFile(KEPT)
        self._by_name = {(text.name, text.engine): text for text in self.file.texts()}

    def get(self, name: str, engine: str) -> TextResults | None:
        return self._by_name.get((name, engine))

    def named(self, engine: str, wide: bool) -> list[TextResults]:
        """The texts of all kinds: whole, or their first WIDE bytes."""
        names = (name for names in KINDS.values() for name in names)
        found = (self.get(wide_name(name) if wide else name, engine) for name in names)
        return [text for text in found if text is not None]


def _short(name: str) -> str:
    return name.partition("[")[0]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    first, *others = ([cell.replace("|", "\\|") for cell in row] for row in (header, *rows))
    yield "| " + " | ".join(first) + " |"
    yield "|" + "---|" * len(first)
    yield from ("| " + " | ".join(row) + " |" for row in others)
    yield ""


def _bullets(sentences: Iterable[str]) -> Iterator[str]:
    yield from (f"* {sentence}" for sentence in sentences)
    yield ""


def _with_bar(value: Interval | None) -> str:
    """Bold where all of the interval lies on one side of zero."""
    if value is None:
        return "-"
    text = f"{value.mean:+.2f} ± {value.half_width:.2f}"
    return f"**{text}**" if sign(value) else text


# ---- parts -------------------------------------------------------------------------------------------------------------------


def _head(kept: _Kept) -> Iterator[str]:
    machine = kept.file.about["machine"]
    yield "# What a tiling is worth\n"
    yield (
        "Made by `python -m bench results --write` from `bench/results/lab.json`, which `python -m bench lab` fills; every "
        "sentence and verdict is computed from the sizes.\n"
    )
    yield (
        "The published claim is that an aperiodic hierarchy of phrase positions beats a periodic one. Here the same text is coded "
        "again and again by the same coder, with phrases looked up at other positions. The engine `paper` has its codebooks built "
        "once for all designs, so nothing else can differ; the engine `fast` (at -3) sends only phrases that it uses, so there the "
        "coder is the same and the books follow from the positions. Every payload was decoded and compared. Sizes are of payloads, "
        "each text one block.\n"
    )
    yield f"{WHY_NOT_MIX[0].upper()}{WHY_NOT_MIX[1:]}.\n"
    yield (
        f"Error bars are 95 % intervals of means over {SEEDS} draws (Student, Welch); tests over texts are two-sided sign tests, "
        "not corrected for their number. e3m is a part of enwik7, which makes those with both a little too sure. Python "
        f"{machine['python']} (`python.py` is its library), {machine['processor']}.\n"
    )
    rows = []
    for kind, names in KINDS.items():
        for name in names:
            text = kept.get(name, "paper")
            if text is not None:
                rows.append((name, kind, f"{text.size:,}"))
    yield from _table(("text", "kind", "bytes, at most 10,000,000"), rows)


def _reproduced(kept: _Kept) -> Iterator[str]:
    """The two published differences, and what paper.md predicts of the controls."""
    for name, published in PUBLISHED_ADVANTAGE.items():
        text = kept.get(name, "paper")
        if text is not None:
            ours = text.size_of("period5") - text.size_of("fibonacci")
            within = abs(ours - published) <= _PUBLISHED_WITHIN * published
            yield (
                f"{name}: twelve golden tilings save {ours:,} bytes over one of Period-5; published are {published:,}: "
                f"{'reproduced' if within else 'NOT reproduced'} ({100 * (ours / published - 1):+.2f} %)."
            )


def _beside_reference(kept: _Kept) -> Iterator[str]:
    """The same differences in the published program."""
    rows, same, compared = [], 0, 0
    for name, sizes in _REFERENCE.items():
        text = kept.get(name, "paper")
        if text is None:
            continue
        cells = []
        for one, other in _REFERENCE_PAIRS:
            ours, theirs = text.size_of(one) - text.size_of(other), sizes[one] - sizes[other]
            cells.append(f"{ours:+,} ({theirs:+,})")
            same += (ours < 0) == (theirs < 0)
            compared += 1
        rows.append((name, *cells))
    yield "Differences in bytes, and in brackets those of the published program with nothing but its positions changed:\n"
    yield from _table(("text", *(f"{one} less {other}" for one, other in _REFERENCE_PAIRS)), rows)
    yield f"{same} of {compared} have the same sign.\n"


def _published(kept: _Kept, engine: str) -> Iterator[str]:
    texts = kept.named(engine, wide=False)
    yield f"## The published comparison and its controls, engine {engine}\n"
    if engine == "paper":
        yield from _bullets(_reproduced(kept))
        yield from _beside_reference(kept)
    cover = "greedy" if engine == "paper" else "cheapest, as always in this engine"
    yield f"Bytes with `all` (every position; the cover is {cover}), and how much larger each other design is, in percent.\n"
    designs = [design.name for design in make_designs("published") if design.name != "all" and design.name in texts[0].measurements]
    rows = []
    for text in texts:
        every = text.size_of("all")
        rows.append((text.name, f"{every:,}", *(f"{100 * (text.size_of(name) / every - 1):+.2f}" for name in designs)))
    yield from _table(("text", "all", *designs), rows)
    yield from _bullets(conclude("published", texts, SEEDS))


def _matched_count_rows(texts: Sequence[TextResults]) -> Iterator[Sequence[str]]:
    designs = make_designs("matched-count", SEEDS)
    for text in texts:
        cells = [
            _with_bar(compare_drawn(text, designs, ("golden, drawn", count), (f"{rival}, drawn", count)))
            for rival, counts in _COMPARED
            for count in counts
        ]
        yield (_short(text.name), *cells)


def _matched_count(texts: Sequence[TextResults]) -> Iterator[str]:
    yield "Golden less the other, in percent of the other; bold where the error bar does not reach zero.\n"
    header = ["text"]
    for rival, counts in _COMPARED:
        header += [f"{count} against {count} {rival}" for count in counts]
    yield from _table(header, _matched_count_rows(texts))


def _matched_budget(texts: Sequence[TextResults]) -> Iterator[str]:
    designs = make_designs("matched-budget", SEEDS)
    rows = []
    for text in texts:
        found = [against_shuffled(text, designs, target) for target in BUDGET_TARGETS]
        cells = [_with_bar(None if value is None else Interval(value[0], 0, value[1].half_width, SEEDS)) for value in found]
        rows.append((_short(text.name), *cells))
    yield "The design less the mean of its shuffles, in percent; bold where it lies outside of the error bar of that mean.\n"
    yield from _table(("text", *BUDGET_TARGETS), rows)


def _wide(kept: _Kept, experiment: str) -> Iterator[str]:
    texts = kept.named("paper", wide=True)
    yield f"## {_HEADS[experiment]}\n"
    yield f"{_WHAT[experiment]} The first {WIDE:,} bytes of each text, or all of it; engine paper.\n"
    if experiment == "matched-count":
        yield from _matched_count(texts)
    if experiment == "matched-budget":
        yield from _matched_budget(texts)
    yield from _bullets(conclude(experiment, texts, SEEDS))
    if experiment == "matched-budget":
        yield "The same in the engine fast:\n"
        fast = kept.named("fast", wide=True)
        yield from _matched_budget(fast)
        yield from _bullets(conclude(experiment, fast, SEEDS))


def _growth(kept: _Kept) -> list[Growth]:
    grown = []
    for name, sizes in GROWING.items():
        parts = [
            part
            for size in sizes
            if (part := kept.get(prefix_name(name, size), "paper")) is not None and "fibonacci" in part.measurements
        ]
        if parts:
            grown.append(Growth(name, tuple(parts)))
    return grown


def _claims(kept: _Kept) -> Iterator[Claim]:
    yield from check_claims()
    grown = _growth(kept)
    yield from (check_activation(text) for text in grown)
    if grown:
        yield check_growth(grown)


def _theory(kept: _Kept) -> Iterator[str]:
    yield "## The theory, checked (`qcz theory`)\n"
    for claim in _claims(kept):
        yield f"### {claim.name}: {'holds' if claim.holds else 'does not hold'}\n"
        yield f"Claimed: {claim.statement}. Found: {claim.verdict}.\n"
        yield from _table(claim.header, ([show(cell) for cell in row] for row in claim.rows))


def _summary(kept: _Kept) -> Iterator[str]:
    """The short answer, from the same comparisons as the long one."""
    whole, wide = kept.named("paper", wide=False), kept.named("paper", wide=True)
    yield "## In short\n"
    pairs = (
        ("fibonacci", "period5", "Twelve against one, as published"),
        ("fibonacci1", "period5", "One against one"),
        ("fibonacci", "period5x8", "All freedom on either side"),
        ("all", "multi", "No tiling at all against all 36"),
    )
    yield from _bullets(f"{title}: {compare(one, other, whole).sentence()}" for one, other, title in pairs)
    designs = make_designs("matched-count", SEEDS)
    arms = [(("golden, drawn", count), ("Period-5, drawn", count)) for count in DRAWN_COUNTS if count <= _SHIFTS_OF_PERIOD_5]
    found = [compare_drawn(text, designs, *pair) for text in wide for pair in arms]
    signs = [sign(value) for value in found if value is not None]
    yield (
        f"With as many tilings on either side (1 to 8, drawn by lot, {len(wide)} texts), golden tilings are smaller than Period-5 "
        f"beyond the error bar in {signs.count(-1)} of {len(signs)} comparisons, larger in {signs.count(1)}.\n"
    )


def make_page() -> str:
    """Return the page."""
    kept = _Kept()
    lines = [*_head(kept), *_summary(kept)]
    for engine in ("paper", "fast"):
        lines += _published(kept, engine)
    for experiment in _HEADS:
        lines += _wide(kept, experiment)
    lines += _theory(kept)
    return "\n".join(lines).rstrip("\n") + "\n"


def run(write: bool) -> bool:
    """Print the page, or put it into bench/RESULTS.md."""
    if write:
        PAGE.write_text(make_page(), encoding="utf-8")
        print("written to", PAGE)
    else:
        print(make_page())
    return True
