"""The laboratory: what designs are, that nothing but positions varies, and that what is concluded follows from the numbers."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser

import numpy as np
import pytest
from samples import english, synthetic_text

from quasicryth.command import laboratory as command
from quasicryth.command.interface import invoke
from quasicryth.engines.coded_block import CodedBlock, decode, describe, encode
from quasicryth.engines.options import EngineOptions
from quasicryth.engines.registry import engine_of_name
from quasicryth.lab import report
from quasicryth.lab.conclusions import compare, compare_drawn, conclude
from quasicryth.lab.designs import EXPERIMENTS, Design, make_designs, parse_design
from quasicryth.lab.experiment import Measurement, Subject, count_positions
from quasicryth.lab.figures import draw_tiling
from quasicryth.lab.results import ResultFile, TextResults, fill, to_csv
from quasicryth.lab.sequences import Substitution, approximant, count_words, draw, shift_count, spell, spread
from quasicryth.lab.statistics import difference, interval, sign, sign_test, student_quantile
from quasicryth.tiling import (
    GOLDEN_SLOPE,
    CutAndProject,
    PeriodDoubling,
    Periodic,
    Random,
    ThueMorse,
    _codebooks,
    _parse,
    _tokens,
    parse_tiling,
)

TEXT = english()[:60_000]
WORDS = 4000


@pytest.fixture(scope="module")
def subject():
    return Subject("text", TEXT)


def texts_of(sizes: dict[str, list[int]]) -> list[TextResults]:
    """Made-up results: for each design the sizes, text by text."""
    count = len(next(iter(sizes.values())))
    return [TextResults(f"t{i}", 1000, "", "paper", {n: Measurement(n, s[i]) for n, s in sizes.items()}) for i in range(count)]


# ---- sequences and designs -------------------------------------------------------------------------------------------------


def test_rules_make_the_known_sequences():
    golden = spell(Substitution("LS", "L").tiles(999))
    assert golden == spell(CutAndProject(GOLDEN_SLOPE).tiles(1000))[1:]
    assert Substitution("LS", "SL").tiles(1000) == ThueMorse().tiles(1000)
    assert Substitution("LS", "LL").tiles(1000) == PeriodDoubling().tiles(1000)


@pytest.mark.parametrize(("long_image", "short_image"), [("", "L"), ("LS", ""), ("LX", "L"), ("L", "LS"), ("S", "L"), ("S", "S")])
def test_rules_that_make_nothing_are_refused(long_image, short_image):
    with pytest.raises(ValueError, match=r"images|grow"):
        Substitution(long_image, short_image)


def test_a_rule_that_grows_too_slowly_says_so():
    with pytest.raises(ValueError, match="too slowly"):
        Substitution("LS", "S").tiles(10_000)


def test_approximants():
    assert sorted(approximant(5).period) == sorted("LLSLS")
    assert [count_words(approximant(period).period) for period in (2, 3, 5, 8, 89)] == [3, 5, 8, 13, 144]
    assert Fraction(approximant(89).period.count("L"), 89) == Fraction(55, 89)
    with pytest.raises(ValueError, match="at least 2"):
        approximant(1)


@pytest.mark.parametrize("sequence", [CutAndProject(GOLDEN_SLOPE), Periodic("LLSLS"), ThueMorse(), Random(7)])
def test_several_tilings_of_a_kind(sequence):
    several = spread(sequence, 8)
    assert len(set(several)) == 8
    assert several[:3] == spread(sequence, 3)
    assert draw(sequence, 4, 1) == draw(sequence, 4, 1) != draw(sequence, 4, 2)


def test_published_sets_are_those_of_the_package():
    for name, published in (("12*golden", "fibonacci"), ("8*period:LLSLS", "period5x8"), ("golden", "fibonacci1")):
        assert parse_design(name).positions.depths(WORDS) == parse_tiling(published).depths(WORDS)
    assert shift_count(Periodic("LLSLS")) == 8


def test_shuffling_keeps_the_number_of_positions_at_every_level():
    ordered, shuffled = (parse_design(name).depths(WORDS) for name in ("fibonacci", "shuffled:3:fibonacci"))
    assert count_positions(ordered) == count_positions(shuffled)
    assert not np.array_equal(ordered, shuffled)
    assert np.array_equal(shuffled, parse_design("shuffled:3:fibonacci").depths(WORDS))


def test_positions_are_counted_by_level():
    assert count_positions(np.array([0, 1, 9, 2, 9], np.uint8)) == (4, 3, 2, 2, 2, 2, 2, 2, 2)


@pytest.mark.parametrize(
    "name",
    [
        "penrose",
        "9*period:LLSLS",
        "0*golden",
        "37*golden",
        "2*multi",
        "rule:L->LS",
        "rule:L->L,S->S",
        "approximant:1",
        "shuffled:1:costed",
        "shuffled:1:shuffled:2:golden",
        "cut:2:0",
    ],
)
def test_unknown_designs_are_refused(name):
    with pytest.raises(ValueError, match=re.escape(name.split(":")[0].split("*")[0])):
        parse_design(name)


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_experiments_have_no_unknown_and_no_repeated_designs(experiment):
    designs = make_designs(experiment, 3)
    assert len(designs) == len(set(designs)) > 5
    for design in designs:
        parse_design(design.name)


def test_matched_counts_are_1_to_36():
    designs = make_designs("matched-count", 3)
    for arm in ("golden", "period 89"):
        assert [design.x for design in designs if design.arm == arm] == list(range(1, 37))


# ---- only positions vary ----------------------------------------------------------------------------------------------------


def read_varint(data: bytes, place: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        value |= (data[place] & 127) << shift
        shift, place = shift + 7, place + 1
        if data[place - 1] < 128:
            return value, place


def codebook_bytes(block) -> bytes:
    """The first stream of a paper block (FORMAT.md, "Paper block"), whose size is the first of the last six numbers of the head."""
    place, numbers = 1, []
    for _ in range(1 + 11 + 1 + 1 + 1 + 6):
        number, place = read_varint(block.head, place)
        numbers.append(number)
    return block.segments[0][1][: numbers[15]]


def test_the_codebooks_are_the_same_bytes_under_every_design(subject):
    payloads = [subject.encode(design.name) for design in make_designs("published")]
    books = {codebook_bytes(payload) for payload in payloads}
    assert len(set(payloads)) > 5
    assert len(books) == 1
    facts = describe(payloads[0], engine_of_name("paper"))
    assert len(next(iter(books))) == facts["stream_bytes"]["codebook"] > 100


def test_payloads_are_those_of_the_package(subject):
    for name in ("multi", "period5", "bigrams", "none", "all"):
        assert subject.encode(name) == encode(TEXT, EngineOptions("paper", 6, parse_tiling(name)))


@pytest.mark.parametrize("engine", ["paper", "fast"])
def test_every_kind_of_design_comes_back(engine):
    subject = Subject("text", TEXT[:20_000], engine)
    for name in ("12*golden@3", "3*thue-morse", "rule:L->LLS,S->L", "shuffled:1:multi", "5*random:2", "cut:0.7:1/3"):
        assert subject.measure(name).size == subject.encode(name).size


def test_what_does_not_come_back_is_noticed(monkeypatch):
    subject = Subject("text", TEXT[:5000])
    monkeypatch.setattr("quasicryth.lab.experiment.decode", lambda block, engine: b"something else")
    with pytest.raises(AssertionError, match="does not come back"):
        subject.measure("all")


def test_engines_without_positions_say_so():
    with pytest.raises(ValueError, match="the question does not arise"):
        Subject("text", TEXT, "mix")
    with pytest.raises(ValueError, match="cheapest cover"):
        Subject("text", TEXT, "fast").encode("costed")
    with pytest.raises(ValueError, match="no text"):
        Subject("nothing", b"")


# ---- the cheapest cover ------------------------------------------------------------------------------------------------------


def cover_cost(parse, costs, books) -> int:
    return int(np.dot(np.asarray(parse.use_counts(books), np.int64), costs))


def test_no_cover_is_cheaper_than_the_cheapest():
    tokens = _tokens.Tokens(TEXT)
    books = _codebooks.build_codebooks(tokens)
    costs = np.random.default_rng(5).integers(1, 5000, 1 + sum(books.book_sizes)).astype(np.uint32)
    cheapest = _parse.parse_by_costs(tokens, books, costs)
    for name in ("all", "multi", "bigrams", "none"):
        positions = parse_tiling(name)
        greedy = _parse.parse_tokens(tokens, books, positions.depths(len(tokens)), positions.bigrams)
        assert cover_cost(cheapest, costs, books) < cover_cost(greedy, costs, books)
    encoder = engine_of_name("paper").encoder(6)
    head = encoder.plan(TEXT, parse=cheapest.view())
    block = CodedBlock(head, ((len(TEXT), encoder.segment(len(TEXT))),))
    assert decode(block, engine_of_name("paper")) == TEXT


def test_counts_of_uses_agree_with_the_events():
    tokens = _tokens.Tokens(TEXT)
    books = _codebooks.build_codebooks(tokens)
    parse = _parse.parse_tokens(tokens, books, bytes(len(tokens)))
    firsts = np.cumsum([0, 1, *books.book_sizes])
    expected = np.zeros(firsts[-1], int)
    for level, entry in parse.events():
        expected[firsts[level] + entry] += 1
    assert expected.tolist() == parse.use_counts(books).tolist()


def test_costs_must_be_as_many_as_entries():
    tokens = _tokens.Tokens(b"a few words and a few more")
    books = _codebooks.build_codebooks(tokens)
    with pytest.raises(ValueError, match="a cost for"):
        _parse.parse_by_costs(tokens, books, np.ones(3, np.uint32))
    with pytest.raises(ValueError, match="not those of the tokens"):
        _parse.parse_by_costs(_tokens.Tokens(b"other words"), books, np.ones(3, np.uint32))


def test_costs_adapted_to_the_text_beat_the_greedy_cover(subject):
    assert subject.measure("costed").size < subject.measure("all").size


# ---- statistics --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("degrees", "quantile"), [(2, 4.303), (5, 2.571), (7, 2.365), (15, 2.131), (60, 2.000)])
def test_quantiles_of_student(degrees, quantile):
    assert student_quantile(degrees) == pytest.approx(quantile, rel=0.02 if degrees < 5 else 1e-3)


def test_intervals():
    found = interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (found.mean, found.half_width) == pytest.approx((3.0, 2.776 * 1.5811 / 5**0.5), rel=3e-3)
    assert sign(difference([1.0, 1.1, 0.9, 1.0], [2.0, 2.1, 1.9, 2.0])) == -1
    assert sign(difference([1.0, 3.0, 2.0], [2.0, 1.0, 3.0])) == 0
    with pytest.raises(ValueError, match="three"):
        interval([1.0, 2.0])


def test_sign_tests_are_exact():
    assert sign_test([-1.0] * 8) == pytest.approx(2 / 256)
    assert sign_test([1.0, 1.0, 1.0, -1.0]) == pytest.approx(10 / 16)
    assert sign_test([0.0, 1.0, -1.0]) == sign_test([]) == 1.0


# ---- conclusions ---------------------------------------------------------------------------------------------------------------


def test_verdicts_follow_the_numbers():
    smaller, larger, mixed = [90] * 8, [100] * 8, [90, 110] * 4
    texts = texts_of({"a": smaller, "b": larger, "c": mixed})
    assert compare("a", "b", texts).verdict() == "a is better than b"
    assert compare("b", "a", texts).verdict() == "a is better than b"
    assert compare("c", "b", texts).verdict() == "no decision between c and b"
    assert "smaller on 8 of 8 texts" in compare("a", "b", texts).sentence()
    assert compare("a", "unknown", texts).differences == ()


def test_draws_are_compared_with_an_error_bar():
    designs = [Design(f"{arm}{seed}", arm, 1, seed) for arm in "ab" for seed in range(4)]
    (text,) = texts_of({design.name: [(100 if design.arm == "a" else 110) + design.seed % 2] for design in designs})
    found = compare_drawn(text, designs, ("a", 1), ("b", 1))
    assert found.mean == pytest.approx(-100 * 10 / 110.5)
    assert sign(found) == -1
    assert compare_drawn(text, designs, ("a", 1), ("c", 1)) is None


def test_conclusions_turn_with_the_sizes():
    names = {"none": 120, "bigrams": 110, "fibonacci1": 111, "period5": 112, "multi": 101, "all": 100, "12*approximant:89": 101}
    for fibonacci, shifts, better in ((105, 102, "period5x8"), (102, 105, "fibonacci")):
        sizes = {**names, "fibonacci": fibonacci, "period5x8": shifts}
        sentences = conclude("published", texts_of({name: [size] * 8 for name, size in sizes.items()}), 3)
        assert any("All the freedom" in sentence and f"{better} is better" in sentence for sentence in sentences)


# ---- results -----------------------------------------------------------------------------------------------------------------


def test_what_is_kept_is_not_measured_again(tmp_path, monkeypatch):
    designs = [Design("bigrams", "x"), Design("all", "x")]
    kept = ResultFile(tmp_path / "kept.json")
    fill(kept.text("text", TEXT, "paper"), TEXT, designs)
    kept.save()
    monkeypatch.setattr("quasicryth.lab.results.Subject", None)  # would be called
    again = ResultFile(tmp_path / "kept.json")
    results = again.text("text", TEXT, "paper")
    fill(results, TEXT, designs)
    assert results == kept.text("text", TEXT, "paper")
    assert again.text("text", TEXT + b"!", "paper").measurements == {}


def test_results_of_another_version_are_measured_again(tmp_path, monkeypatch):
    kept = ResultFile(tmp_path / "kept.json")
    fill(kept.text("text", TEXT, "paper"), TEXT, [Design("all", "x")])
    kept.save()
    monkeypatch.setattr("quasicryth.lab.results.__version__", "another")
    assert ResultFile(tmp_path / "kept.json").texts() == []


def test_csv_has_a_row_for_each_design():
    designs = make_designs("published")
    results = ResultFile(None).text("text", TEXT, "paper")
    fill(results, TEXT, designs)
    rows = list(csv.DictReader(io.StringIO(to_csv([results], {"published": designs}))))
    assert [row["design"] for row in rows] == [design.name for design in designs]
    assert int(rows[-1]["bytes"]) == results.size_of("costed")


# ---- commands and report -------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(capsys):
    def run_command(*arguments: object) -> str:
        status = invoke(list(map(str, arguments)))
        printed = capsys.readouterr()
        assert (status, printed.err) == (0, "")
        return printed.out

    return run_command


class Page(HTMLParser):
    """Counts what a page has, and notes what is not closed and what would be fetched."""

    VOID = ("meta", "link", "br", "use", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.unlabelled = 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        self.ids += [found["id"]] if "id" in found else []
        self.unlabelled += tag == "svg" and not found.get("aria-label")
        for name in ("src", "href", "xlink:href"):
            if found.get(name, "#")[:1] != "#" and not found[name].startswith("data:"):
                self.fetched.append(found[name])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.mark.slow
def test_ab_writes_tables_and_a_report(tmp_path, run):
    (tmp_path / "a <b>.txt").write_bytes(TEXT[:30_000])
    paths = {name: tmp_path / f"out.{name}" for name in ("json", "csv", "html")}
    output = run(
        "ab", tmp_path / "a <b>.txt", "--seeds", 3, "--tiling", "rule:L->LSL,S->L", "--experiment", "published",
        "--engine", "paper", "--engine", "mix", "--keep", tmp_path / "kept",
        "--json", paths["json"], "--csv", paths["csv"], "--report", paths["html"],
        "--figures", tmp_path / "pictures",
    )  # fmt: skip
    assert "the question does not arise" in output
    assert "All the freedom each has" in output
    assert "rule:L->LSL,S->L" in output
    measured = json.loads(paths["json"].read_text())["texts"][0]["measurements"]
    assert measured["all"]["size"] < measured["none"]["size"]
    assert paths["csv"].read_text().count("\n") > 10
    text = paths["html"].read_text()
    page = Page(text)
    assert page.open == page.fetched == []
    assert len(page.ids) == len(set(page.ids))
    assert page.unlabelled == 0
    assert page.tags.count("svg") == page.tags.count("figure") >= 5
    assert page.tags.count("table") == page.tags.count("caption") > 5
    assert 'lang="en"' in text
    assert "width=device-width" in text
    assert "<script" not in text
    assert "a <b>" not in text
    names = {path.suffix for path in (tmp_path / "pictures").iterdir()}
    assert names == {".svg", ".png"}


@pytest.mark.slow
def test_the_drawn_hierarchy_is_the_text_and_the_tiling():
    picture = draw_tiling(synthetic_text(2000))
    assert [row[1] for row in picture.rows] == [2, 3, 5, 8, 13, 21, 34]
    assert picture.rows[1][2] == str(picture.rows[1][3]).count("|") + 1
    assert b"<text" in picture.svg
    assert picture.png.startswith(b"\x89PNG")


def test_speeds_are_compared_through_what_ran_beside(tmp_path, monkeypatch):
    speed = {"compress": {"speed_ratio": 12.0}}
    kept = {
        "fast": {"sizes": {"enwik7": {"-3": 300}}, "speeds": {"-3": {"compress": {"speed_ratio": 6.0}}}},
        "mix": {"sizes": {"enwik7": {"6": {"bytes": 200}}}, "cost": {"6": {"rival": "bzip3", "compress": {"speed_ratio": 0.5}}}},
        "rivals": {"bytes": {"bzip3": {"enwik7": 250}, "xz -9e": {"enwik7": 400}}, "speeds": {"of": {"bzip3": {"enwik7": speed}}}},
    }
    for name, results in kept.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(results))
    monkeypatch.setattr(report, "_BENCHMARKS", tmp_path)
    assert report._rival_points() == {"bzip3": (12.0, 250), "xz -9e": (1.0, 400), "-3": (6.0, 300), "-6": (6.0, 200)}


def test_pictures_without_matplotlib_are_refused_in_words(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("quasicryth.lab.figures.find_spec", lambda name: None)
    (tmp_path / "a").write_bytes(TEXT[:2000])
    assert invoke(["ab", str(tmp_path / "a"), "--report", str(tmp_path / "r.html")]) == 1
    assert "pip install 'quasicryth[lab]'" in capsys.readouterr().err
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing"], "No such file"),
        (["empty"], "no text"),
        (["text", "--tiling", "penrose"], "unknown tiling"),
        (["text", "--keep", "text"], "not a file of results"),
    ],
)
def test_ab_says_what_is_wrong(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "text").write_bytes(b"some words")
    assert invoke(["ab", *arguments]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("qcz: ")
    assert message in printed


def test_what_is_measured_is_kept_before_the_end(tmp_path, monkeypatch, run):
    monkeypatch.setattr(command, "_SAVE_INTERVAL", 0.0)
    kept = []
    save = ResultFile.save
    monkeypatch.setattr(ResultFile, "save", lambda self: (save(self), kept.append(len(self.texts()[0].measurements))))
    (tmp_path / "text").write_bytes(TEXT[:3000])
    run("ab", tmp_path / "text", "--tiling", "fibonacci1", "--keep", tmp_path / "kept")
    assert kept == [1, 2, 3, 3]


def test_names_for_help_are_those_of_the_experiments():
    assert tuple(EXPERIMENTS) == command.EXPERIMENT_NAMES


def test_the_command_loads_the_laboratory_only_when_asked():
    program = "import sys\nfrom quasicryth.command.interface import invoke\ninvoke(sys.argv[1:])\nprint(*sys.modules)"
    for arguments in (["--version"], ["--help"], ["ab", "--help"]):
        loaded = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
        ).stdout.split()
        assert not {"numpy", "matplotlib", "quasicryth.lab.designs"} & set(loaded)
