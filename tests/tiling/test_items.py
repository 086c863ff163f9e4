"""Gaps, words and case: what each script is split into, and that nothing is ever lost."""

# Letters of other scripts are what this file is about.
# ruff: noqa: RUF001

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import CHINESE, SMALL, english, random_bytes, source_code

from quasicryth.tiling._items import Items, fold, join_items, split_items, unfold

AS_IS, TITLE, UPPER = 0, 1, 2
LIMIT = 64

# ASCII only: the words of a run of letters, as the header of items.h says it.
ASCII_WORD = re.compile(
    r"[0-9]{1,4}"
    r"|[A-Z]{2,}(?![A-Za-z])"  # HTML
    r"|[A-Z]+(?=[A-Z][a-z])"  # HTML, before Parser
    r"|[A-Z]?[a-z]+|[A-Z]"
)


def check(data: bytes) -> list[tuple[bytes, bytes, int]]:
    """Everything that holds for the items of any block."""
    items = split_items(data)
    assert join_items(items) == data
    for number, (gap, word, flag) in enumerate(items):
        assert len(gap) <= LIMIT
        assert len(word) <= LIMIT
        assert not re.search(rb"[0-9A-Za-z]", gap)
        assert re.fullmatch(rb"[0-9]{1,4}|[^0-9]*", word)
        assert word or number == len(items) - 1 or len(gap) > LIMIT - 4
        assert gap or word
        word.decode()  # invalid bytes are in gaps
        assert fold(unfold(word, flag)) == (word, flag)
        assert flag in (AS_IS, TITLE, UPPER)
    return items


def pieces(text: str) -> str:
    """The gaps and words of *text*, with a bar before each word and a slash after it."""
    return "".join(f"{gap.decode()}|{unfold(word, flag).decode()}/" for gap, word, flag in check(text.encode()))


def words(text: str) -> list[tuple[str, int]]:
    return [(word.decode(), flag) for _, word, flag in check(text.encode())]


# ---- what a word is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("", ""),
        ("word", "|word/"),
        ("two words", "|two/ |words/"),
        ("The end.\n", "|The/ |end/.\n|/"),
        ("it's", "|it/'|s/"),
        ("<a href='x'>[[Link]]</a>", "<|a/ |href/='|x/'>[[|Link/]]</|a/>|/"),
        ("snake_case_name", "|snake/_|case/_|name/"),
        ("camelCase", "|camel/|Case/"),
        ("HTMLParser", "|HTML/|Parser/"),
        ("parseHTML5Doc", "|parse/|HTML/|5/|Doc/"),
        ("CDs and PhDs", "|C/|Ds/ |and/ |Ph/|Ds/"),
        ("A I aB Ab AB ABc ABcd", "|A/ |I/ |a/|B/ |Ab/ |AB/ |A/|Bc/ |A/|Bcd/"),
        ("1234567890", "|1234/|5678/|90/"),
        ("3.14 in 2024", "|3/.|14/ |in/ |2024/"),
        ("x86-64", "|x/|86/-|64/"),
    ],
)
def test_ascii(text, split):
    assert pieces(text) == split


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("Ça déjà vu", "|Ça/ |déjà/ |vu/"),
        ("5 µm ×2 ÷ 3º", "|5/ |µm/ ×|2/ ÷ |3/|º/"),
        ("«Straße» – “naïve”…", "«|Straße/» – “|naïve/”…|/"),
        ("cafe\u0301s", "|cafe\u0301s/"),
        ("Привіт, світе! ПриветМир", "|Привіт/, |світе/! |Привет/|Мир/"),
        ("Ο λόγος· Ἀθῆναι", "|Ο/ |λόγος/· |Ἀθῆναι/"),
        ("السَّلامُ عليكم، ٢٠١٢", "|السَّلامُ/ |عليكم/، |٢٠١٢/"),
        ("בְּרֵאשִׁית־ברא", "|בְּרֵאשִׁית/־|ברא/"),
        ("नमस्ते दुनिया। क्या", "|नमस्ते/ |दुनिया/। |क्या/"),
        ("வணக்கம் உலகம்", "|வணக்கம்/ |உலகம்/"),
        ("안녕하세요 세계", "|안녕하세요/ |세계/"),
        ("Բարեւ աշխարհ։", "|Բարեւ/ |աշխարհ/։|/"),
        ("გამარჯობა ሰላም፡ዓለም", "|გამარჯობა/ |ሰላም/፡|ዓለም/"),
        ("天地，玄黃。", "|天/|地/，|玄/|黃/。|/"),
        ("𠀀𠀁 2024年", "|𠀀/|𠀁/ |2024/|年/"),
        ("カナ・ひらー々", "|カ/|ナ/・|ひ/|ら/|ー/|々/"),
        ("สวัสดี", "|ส/|ว/|ั/|ส/|ด/|ี/"),
        ("ລາວ ខ្មែរ မြန်", "|ລ/|າ/|ວ/ |ខ/|្/|ម/|ែ/|រ/ |မ/|ြ/|န/|်/"),
        ("ＡＢｃ１２！", "|Ａ/|Ｂｃ１２/！|/"),
        ("😀👍 ok ★", "😀👍 |ok/ ★|/"),
    ],
)
def test_scripts(text, split):
    assert pieces(text) == split


SCRIPTS = ["LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "HEBREW", "ARABIC", "DEVANAGARI", "TAMIL", "GEORGIAN", "HANGUL", "ETHIOPIC"]
ONE_BY_ONE = ["HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO", "CJK"]


def of_scripts(names: list[str], categories: str) -> list[str]:
    """Code points named after one of the scripts, of a general category that begins with one of the letters."""
    beginnings = tuple(f"{name} " for name in names)
    everything = map(chr, (*range(0x80, 0x2000), *range(0x2C00, 0xD800), *range(0xF900, 0xFE00), *range(0xFF00, 0xFFF0)))
    return [
        character
        for character in everything
        if unicodedata.category(character)[0] in categories and unicodedata.name(character, "").startswith(beginnings)
    ]


@pytest.mark.slow
def test_letters_and_marks_of_alphabets_stay_together():
    for character in of_scripts(SCRIPTS, "L"):
        assert len(check((character * 2).encode())) == 1, hex(ord(character))
    for character in of_scripts([*SCRIPTS, "COMBINING"], "M"):
        if not 0x3000 <= ord(character) < 0x3100:  # the marks of Kana, and tones of Old Korean among the punctuation of Chinese
            assert len(check(f"x{character}x".encode())) == 1, hex(ord(character))


@pytest.mark.slow
def test_other_scripts_come_one_by_one():
    for character in of_scripts(ONE_BY_ONE, "L"):
        assert words(character * 2) == [(character, AS_IS)] * 2


def test_punctuation_and_symbols_are_gaps():
    everything = (
        *range(0x80, 0x2E80),
        *range(0x3000, 0x3041),
        *range(0xFE30, 0xFE70),
        *range(0xFF00, 0xFF66),
        *range(0x1F300, 0x1F700),
    )
    for character in map(chr, everything):
        if unicodedata.category(character)[0] in "PZ" or (unicodedata.category(character) == "Sc"):
            assert check(character.encode()) == [(character.encode(), b"", AS_IS)], hex(ord(character))
    for number in (*range(0x80, 0xC0), 0xD7, 0xF7, *range(0x2000, 0x2070), *range(0x20A0, 0x2C00)):
        if chr(number) not in "ªµº":
            assert pieces(chr(number)) == f"{chr(number)}|/"


# ---- case --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("lower Title UPPER", [("lower", AS_IS), ("title", TITLE), ("upper", UPPER)]),
        ("I AM", [("i", TITLE), ("am", UPPER)]),
        ("École ÉCOLE Œuvre ÿ Ÿ", [("école", TITLE), ("école", UPPER), ("œuvre", TITLE), ("ÿ", AS_IS), ("ÿ", TITLE)]),
        ("Łódź ŁÓDŹ Știință Việt", [("łódź", TITLE), ("łódź", UPPER), ("știință", TITLE), ("việt", TITLE)]),
        ("ĐẠI Ứng", [("đại", UPPER), ("ứng", TITLE)]),
        ("Їжак ЁЛКА Қазақ", [("їжак", TITLE), ("ёлка", UPPER), ("қазақ", TITLE)]),
        ("Άρης ΛΟΓΟΣ λόγος", [("άρης", TITLE), ("λογοσ", UPPER), ("λόγος", AS_IS)]),
        ("Հայ ՀԱՅ", [("հայ", TITLE), ("հայ", UPPER)]),
        ("STRAßE ß İstanbul ﬁn", [("straße", UPPER), ("ß", AS_IS), ("İstanbul", AS_IS), ("ﬁn", AS_IS)]),
        ("E\u0301T E\u0301te", [("e\u0301t", UPPER), ("e\u0301te", TITLE)]),
        ("سA سAB", [("سA", AS_IS), ("سab", UPPER)]),
    ],
)
def test_case(text, folded):
    assert words(text) == folded


@pytest.mark.parametrize("word", ["aB", "AbC", "ABc", "iPhone", "McDonald", "12", "", "天", "éÉ"])
def test_what_does_not_fold(word):
    assert fold(word.encode()) == (word.encode(), AS_IS)


@pytest.mark.slow
def test_every_code_point_folds_as_unicode_says_and_back():
    folded = {}
    for number in (*range(0xD800), *range(0xE000, sys.maxunicode + 1)):
        character = chr(number)
        letter, flag = fold(character.encode())
        if flag == AS_IS:
            assert letter == character.encode()
            continue
        assert flag == TITLE
        assert letter.decode() == character.lower()
        assert unfold(letter, TITLE).decode() == character
        assert letter not in folded
        folded[letter] = character
        for word in (character * 2, character + letter.decode() + "ß", "ß" + character * 2):
            assert unfold(*fold(word.encode())) == word.encode()
    alphabets = "".join(
        map(chr, (*range(0xC0, 0x130), *range(0x132, 0x138), *range(0x386, 0x3AC), *range(0x400, 0x530), *range(0x531, 0x557)))
    )
    for character in alphabets:
        if character.isupper():
            assert character.lower().encode() in folded, character


def test_unfolding_a_word_that_no_encoder_folded():
    assert unfold(b"", TITLE) == unfold(b"", UPPER) == b""
    assert unfold(b"word", 3) == unfold(b"word", 255) == b"word"
    assert unfold(b"Word wORD", UPPER) == b"WORD WORD"
    assert unfold(b"\xffword\xc3", UPPER) == b"\xffWORD\xc3"
    assert unfold(b"\xffword", TITLE) == b"\xffword"
    assert unfold(b"\xc3\xa9\xc3\xa9\xe1\xba", UPPER) == b"\xc3\x89\xc3\x89\xe1\xba"


@given(st.binary(max_size=80), st.integers(0, 255))
def test_unfolding_any_bytes_keeps_their_number(word, flag):
    assert len(unfold(word, flag)) == len(word)


@given(
    st.one_of(
        st.binary(max_size=80), st.text(max_size=30).map(str.encode), st.text("aAéÉσςΣяЯßİıſ\u0301天", max_size=9).map(str.encode)
    )
)
def test_folding_any_bytes(word):
    folded, flag = fold(word)
    assert len(folded) == len(word)
    assert unfold(folded, flag) == word
    assert (flag == AS_IS) == (folded == word)
    assert fold(folded) == (folded, AS_IS) or flag == AS_IS


# ---- bytes that are no text ----------------------------------------------------------------------------------------------

INVALID = {
    "lone continuation": b"\x80",
    "too long for two bytes": b"\xc0\x80",
    "too long for ASCII": b"\xc1\xbf",
    "too long for three bytes": b"\xe0\x9f\xbf",
    "too long for four bytes": b"\xf0\x8f\xbf\xbf",
    "surrogate": b"\xed\xa0\x80",
    "last surrogate": b"\xed\xbf\xbf",
    "beyond Unicode": b"\xf4\x90\x80\x80",
    "far beyond Unicode": b"\xf5\x80\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "no UTF-8 byte": b"\xff\xfe",
    "two bytes cut": b"\xc3",
    "three bytes cut after one": b"\xe4",
    "three bytes cut after two": b"\xe4\xb8",
    "four bytes cut": b"\xf0\xa0\x80",
}


@pytest.mark.parametrize("name", INVALID)
def test_invalid_utf8_is_gap(name):
    data = INVALID[name]
    assert check(data) == [(data, b"", AS_IS)]
    assert check(b"one" + data + b"two") == [(b"", b"one", AS_IS), (data, b"two", AS_IS)]
    assert check("Été".encode() + data) == [(b"", "été".encode(), TITLE), (data, b"", AS_IS)]


def test_nuls_are_gap():
    assert check(b"\0a\0\0") == [(b"\0", b"a", AS_IS), (b"\0\0", b"", AS_IS)]


@pytest.mark.parametrize("character", ["é", "я", "न", "天", "𐍈", "𠀀", "—", "😀"])
def test_characters_cut_at_the_end_of_the_block(character):
    encoded = character.encode()
    for size in range(len(encoded)):
        assert check(b"a " + encoded[:size])[-1] == ((b" " + encoded[:size], b"", AS_IS))


# ---- limits --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("character", ["a", "A", "é", "É", "न", "𐍈"])
def test_long_words_are_cut_between_characters(character):
    size = len(character.encode())
    for lead in ("", "X", "XYZ") if character.isupper() else ("", "X"):
        first, _ = words(lead + character * 100)[0]
        assert first == (lead + character * ((LIMIT - len(lead)) // size)).lower()


def test_long_gaps_are_cut_between_characters():
    assert check(b" " * 64 + b"a") == [(b" " * 64, b"a", AS_IS)]
    assert check(b" " * 65 + b"a") == [(b" " * 64, b"", AS_IS), (b" ", b"a", AS_IS)]
    assert check(b" " * 64) == [(b" " * 64, b"", AS_IS)]
    assert check("─".encode() * 50) == [
        ("─".encode() * 21, b"", AS_IS),
        ("─".encode() * 21, b"", AS_IS),
        ("─".encode() * 8, b"", AS_IS),
    ]


def test_capitals_at_the_limit_of_a_word():
    for count in range(60, 70):
        check(b"A" * count + b"b")
        check(b"A" * count + b"bcd")
        check(b"A" + b"b" * count + b"C")


@pytest.mark.parametrize(
    "data",
    [b"a" * 1_000_000, b"A" * 1_000_000, b" " * 1_000_000, b"7" * 100_000, b"\xff" * 100_000, b"\0" * 100_000, CHINESE * 20],
    ids=["lower", "upper", "spaces", "digits", "invalid", "nul", "Chinese"],
)
def test_large_and_dull(data):
    items = Items(data)
    assert len(items.gaps()) <= 40
    assert join_items(split_items(data)) == data


# ---- numbering -----------------------------------------------------------------------------------------------------------


def check_numbers(data: bytes) -> None:
    items = Items(data)
    split = split_items(data)
    assert len(items) == len(split)
    for tokens, ids, counts, column in (
        (items.gaps(), items.gap_ids(), items.gap_counts(), 0),
        (items.words(), items.word_ids(), items.word_counts(), 1),
    ):
        assert tokens == list(dict.fromkeys(item[column] for item in split))
        assert [tokens[number] for number in ids] == [item[column] for item in split]
        occurrences = Counter(ids)
        assert counts == [occurrences[number] for number in range(len(tokens))]


@pytest.mark.parametrize("name", SMALL)
def test_small_inputs(name):
    check(SMALL[name])
    check_numbers(SMALL[name])


def test_an_empty_block_has_no_items():
    items = Items(b"")
    assert (len(items), items.gaps(), items.words(), items.case_flags()) == (0, [], [], b"")


def test_many_distinct_words():
    data = b" ".join(b"".join(bytes([97 + digit]) for digit in divmod(number, 26)) * 3 for number in range(676)) * 3
    check_numbers(data)


def check_ascii(text: str) -> None:
    for run in re.findall(r"[A-Za-z0-9]{1,60}", text):
        split = [unfold(word, flag).decode() for _, word, flag in check(run.encode())]
        assert split == ASCII_WORD.findall(run), run


@pytest.mark.slow
def test_english_and_source_code():
    for data in (english()[:200_000], source_code()):
        check(data)
        check_numbers(data)
        check_ascii(data.decode("ascii", "ignore"))


@given(st.text(alphabet="aAbBzZ09", min_size=1, max_size=40))
def test_capitals_and_digits(text):
    check_ascii(text)


@given(st.binary(max_size=500))
def test_any_bytes(data):
    check(data)
    check_numbers(data)


@given(st.text(max_size=200))
def test_any_text(text):
    check(text.encode())


@given(st.text(alphabet="aAbB1 .éÉяЯ天ひ–\u0301न्", max_size=300), st.integers(0, 10))
def test_mixed_text_cut_anywhere(text, size):
    check(text.encode()[size : len(text.encode()) - size])


def test_random_bytes():
    check(random_bytes(100_000))
