"""What the registry says of engines and levels is what the table in C says, and what the command shows."""

from __future__ import annotations

import pytest

import quasicryth
from quasicryth.base.version import __version__
from quasicryth.engines import _engine, registry
from quasicryth.engines.options import make_options
from quasicryth.engines.registry import LEVELS, engine_of_name, engine_of_number


def test_every_level_has_one_engine():
    owners = [engine.name for level in LEVELS for engine in _engine.ENGINES if engine.owns_levels and level in engine.levels]
    assert owners == ["fast"] * 3 + ["mix"] * 6
    assert [registry.default_engine(level).name for level in LEVELS] == owners
    assert registry.default_engine(3, "multi").name == "paper"


def test_names_and_numbers():
    assert registry.ENGINE_NAMES == ("fast", "mix", "paper")
    for engine in _engine.ENGINES:
        assert engine_of_name(engine.name) is engine
        assert engine_of_number(engine.number) is engine
    assert engine_of_number(0) is None
    with pytest.raises(ValueError, match="unknown engine 'slow'; there are fast, mix, paper"):
        engine_of_name("slow")


def test_defaults():
    assert registry.default_level() == 6
    assert [registry.default_level(name) for name in registry.ENGINE_NAMES] == [3, 6, 6]
    assert [registry.block_size(level) >> 20 for level in LEVELS] == [16, 16, 16, 16, 32, 64, 64, 128, 128]
    assert make_options().block_size == registry.block_size(6)


def test_memory_grows_with_the_block_and_is_bounded():
    for level in LEVELS:
        small, large = registry.encoding_memory(level, 1000), registry.encoding_memory(level, 10_000_000)
        assert small < large < registry.encoding_memory(level)
        assert large < 2 << 30


def test_help_says_what_the_table_says():
    for level in LEVELS:
        text = registry.describe_level(level)
        assert registry.default_engine(level).purpose(level) in text
        assert f"blocks of {registry.block_size(level) >> 20}m" in text
    assert "The default" in registry.describe_level(6)


def test_the_versions_agree():
    assert _engine.VERSION == __version__ == quasicryth.__version__
