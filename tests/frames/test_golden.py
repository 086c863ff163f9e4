"""Files written once and kept: good ones decode for ever, the others are refused, in every path and by both decoders."""

from __future__ import annotations

from pathlib import Path

import pytest
from frames.make_golden import CHINESE, FILES, STORED, TEXT, TIERS, WRAPPED, ZEROS
from paths import ALL, CommandFailedError
from reference import decoder as reference_decoder
from samples import random_bytes

import quasicryth

DATA = Path(__file__).parent.parent / "data"
GOOD = {
    "good-empty": b"",
    "good-one-byte": b"a",
    "good-paper-multi": TEXT,
    "good-paper-none": TEXT,
    "good-paper-all": TEXT[:3000] * 4,
    "good-paper-blocks": TEXT,
    "good-paper-chinese": CHINESE[:3000] + TEXT[:3000],
    "good-paper-tiers": TIERS,
    "good-fast-1": TEXT,
    "good-fast-3": TEXT * 2 + CHINESE[:900] + WRAPPED * 3,
    "good-mix-4": TEXT,
    "good-mix-6": TEXT + CHINESE[:900] + TEXT[:2000],
    "good-mix-7": TEXT,
    "good-mix-9": TEXT + CHINESE[:900] + TEXT[:2000],
    "good-mix-wrapped": WRAPPED,
    "good-zstd": ZEROS,
    "good-stored": random_bytes(200),
    "good-two-frames": b"first second",
    "good-by-hand": STORED,
    "good-segments": ZEROS * 2,
}
REASONS = {
    "bad-block-header-size": "header of another size",
    "bad-block-number": "header of block 0",
    "bad-block-size": "block size of 0",
    "bad-body-size": "states a body of",
    "bad-claims-gigabyte": "ends at byte",
    "bad-codebook": "needs the codebook 0001",
    "bad-content-checksum": "decodes to other content",
    "bad-content-size": "the frame allows 1 to 13",
    "bad-empty-file": "no data",
    "bad-engine-without-segment": "none of its segments",
    "bad-head-checksum": "checksum of its head",
    "bad-head-without-engine": "no engine, yet a head",
    "bad-header-checksum": "frame header is damaged",
    "bad-index": "block index",
    "bad-junk": "not a .qcz frame",
    "bad-magic": "not a .qcz file",
    "bad-no-tail": "ends at byte",
    "bad-payload-bit": "checksum of its segment 0",
    "bad-segment-checksum": "checksum of its segment 0",
    "bad-segment-of-other-block": "checksum of its segment 0",
    "bad-segment-order": "checksum of its segment 0",
    "bad-segment-size": "13 are left",
    "bad-segment-without-engine": "the block names none",
    "bad-segments-too-few": "1 bytes less content",
    "bad-truncated": "ends at byte",
    "unsupported-block-flag": "flags 0x02",
    "unsupported-engine": "engine 77",
    "unsupported-filter": "filter 1",
    "unsupported-flag": "flags 0x01",
    "unsupported-kind": "kind 77",
    "unsupported-version": "version 1",
}


def test_the_folder_holds_what_its_list_says():
    assert {path.stem for path in DATA.glob("*.qcz")} == set(FILES)
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 200_000
    assert all(f"| {name}.qcz |" in (DATA / "README.md").read_text(encoding="utf-8") for name in FILES)


@pytest.mark.slow("mix-", "tiers")
@pytest.mark.parametrize("name", GOOD)
def test_good(name):
    data = (DATA / f"{name}.qcz").read_bytes()
    for path in ALL.values():
        assert path(data) == GOOD[name]
    assert reference_decoder.decode(data) == GOOD[name]


@pytest.mark.parametrize("name", [name for name in GOOD if name not in {"good-zstd", "good-segments"}])
def test_the_encoder_still_writes_the_same(name):
    """Same version, same arguments, same bytes on every machine; Zstandard's output may change between its versions."""
    assert FILES[name][1] == (DATA / f"{name}.qcz").read_bytes()


@pytest.mark.slow("unsupported", "-s", "-c")
@pytest.mark.parametrize("name", sorted(set(FILES) - set(GOOD)))
def test_refused(name):
    data = (DATA / f"{name}.qcz").read_bytes()
    expected = quasicryth.QczVersionError if name.startswith("unsupported") else quasicryth.QczError
    for path in ALL.values():
        with pytest.raises((expected, CommandFailedError), match=REASONS[name]):
            path(data)
    with pytest.raises(reference_decoder.FormatError):
        reference_decoder.decode(data)
