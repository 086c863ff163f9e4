"""The tables of deliberate faults are those of the files as they are; that tests notice each is for deliberate_faults.py to see."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from conftest import ROOT
from repository.faults import FAULTS, Fault, StaleFaultError


def test_each_fault_has_a_name_of_its_own():
    assert [name for name, count in Counter(fault.name for fault in FAULTS).items() if count > 1] == []


@pytest.mark.parametrize("file", sorted({fault.file for fault in FAULTS}))
def test_what_is_replaced_is_there_once(file):
    source = (ROOT / file).read_text(encoding="utf-8")
    for fault in FAULTS:
        if fault.file == file:
            faulty = fault.put_into(source)
            assert faulty != source, fault.name
            if file.endswith(".py"):
                compile(faulty, file, "exec")


def is_there(test: str) -> bool:
    file, _, name = test.partition("::")
    source = (ROOT / file).read_text(encoding="utf-8")
    return not name or re.search(rf"^(async )?def {re.escape(name.partition('[')[0])}\(", source, flags=re.MULTILINE) is not None


def test_what_is_to_notice_is_there():
    assert [test for test in sorted({test for fault in FAULTS for test in fault.tests}) if not is_there(test)] == []


@pytest.mark.parametrize("text", ["neither", "both"])
def test_a_stale_fault_is_said_to_be_one(text):
    fault = Fault("a fault", "a file", "both", "", ())
    with pytest.raises(StaleFaultError, match="a fault: its text is [02] times in a file"):
        fault.put_into(text * 2)
