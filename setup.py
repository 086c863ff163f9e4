"""Builds the Cython core and the C engine; everything else is in pyproject.toml."""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup

# Files of csrc that each compiled module uses.
ENGINE = ["byte_io"]
WORDS = [*ENGINE, "checksum", "token_table", "words"]
PAPER = [
    *WORDS,
    "arithmetic_coder",
    "case_flags",
    "event_model",
    "frequency_model",
    "length_model",
    "match_finder",
    "paper_block",
    "paper_decoder",
    "paper_encoder",
    "phrase_model",
    "spelling_model",
]
MIX = [
    *WORDS,
    "aligned_memory",
    "arithmetic_coder",
    "choice_models",
    "choice_predictor",
    "choice_tree",
    "context_lines",
    "cpu_path",
    "item_books",
    "items",
    "letter_case",
    "logistic",
    "match_model",
    "mix_block",
    "mix_coder",
    "mix_coder_avx2",
    "mix_coder_avx512",
    "mix_coder_neon",
    "mix_coder_portable",
    "mix_coder_sse41",
    "mix_decoder",
    "mix_encoder",
    "mix_level",
    "paper_block",
    "predictor",
    "token_book",
    "word_classes",
    "word_tree",
]
FAST = [
    *WORDS,
    "code_cost",
    "context_clusters",
    "fast_block",
    "fast_books",
    "fast_decoder",
    "fast_encoder",
    "fast_parse",
    "fast_phrases",
    "fast_plan",
    "item_books",
    "items",
    "letter_case",
    "paper_block",
    "static_model",
    "word_classes",
    "word_tree",
]
MODULES = {
    "_checksum": [*ENGINE, "checksum"],
    "_codebooks": [*WORDS, "paper_block"],
    "_fast": FAST,
    "_items": [*ENGINE, "checksum", "items", "letter_case", "token_table"],
    "_mix": MIX,
    "_paper": PAPER,
    "_parse": [*ENGINE, "paper_block"],
    "_tiling": [],
    "_tokens": WORDS,
}


# Who sets CFLAGS knows how to optimize, and whether to debug.
OPTIMIZATION = [] if os.environ.get("CFLAGS") else ["-O3", "-g0"]
FLAGS = ["/std:c11", "/O2"] if sys.platform == "win32" else ["-std=c11", *OPTIMIZATION, "-fvisibility=hidden"]

setup(
    ext_modules=[
        Extension(
            f"quasicryth.{name}",
            [f"quasicryth/{name}.pyx", *(f"csrc/{source}.c" for source in sources)],
            include_dirs=["csrc"],
            depends=sorted(map(str, Path("csrc").glob("*.h"))),
            extra_compile_args=FLAGS,
            define_macros=[("CYTHON_WITHOUT_ASSERTIONS", "1")],
        )
        for name, sources in MODULES.items()
    ]
)
