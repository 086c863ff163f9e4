"""Builds the Cython core and the C engine; everything else is in pyproject.toml."""

import sys

from setuptools import Extension, setup

# Files of csrc that each compiled module uses.
ENGINE = ["byte_io"]
WORDS = [*ENGINE, "checksum", "words"]
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
MODULES = {
    "_checksum": [*ENGINE, "checksum"],
    "_codebooks": [*WORDS, "paper_block"],
    "_paper": PAPER,
    "_parse": [*ENGINE, "paper_block"],
    "_tiling": [],
    "_tokens": WORDS,
}


FLAGS = ["/std:c11", "/O2"] if sys.platform == "win32" else ["-std=c11", "-O3", "-g0", "-fvisibility=hidden"]

setup(
    ext_modules=[
        Extension(
            f"quasicryth.{name}",
            [f"quasicryth/{name}.pyx", *(f"csrc/{source}.c" for source in sources)],
            include_dirs=["csrc"],
            extra_compile_args=FLAGS,
            define_macros=[("CYTHON_WITHOUT_ASSERTIONS", "1")],
        )
        for name, sources in MODULES.items()
    ]
)
