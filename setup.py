"""Builds the C engines as one static library, and the Cython modules that link it; everything else is in pyproject.toml."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_clib import build_clib
from setuptools.command.build_ext import build_ext

# The limited API, one wheel for every Python from 3.11 on, is not used, for it costs speed: measured seven times in turn on a busy
# machine, median of CPU time, calls on 1 kB take 1.04 times as long (decompressing 1.01 to 1.11 times), a checksum of 1 kB 1.33
# times. Blocks of megabytes are the same C code either way (0.93 to 1.35 times, which is the machine), as are lines (0.98 times).

# Who sets CFLAGS knows how to optimize, and whether to debug.
OPTIMIZATION = [] if os.environ.get("CFLAGS") else ["-O3", "-g0"]
FLAGS = ["/std:c11", "/O2"] if sys.platform == "win32" else ["-std=c11", *OPTIMIZATION, "-fvisibility=hidden"]

LIBRARY = "qcz"
HEADERS = sorted(map(str, Path("csrc").rglob("*.h")))
SOURCES = sorted(map(str, Path("csrc").rglob("*.c")))

# A test build may have one engine more: the folder's name is the engine's.
TEST_ENGINE = os.environ.get("QCZ_TEST_ENGINE")
MACROS = [("QCZ_TEST_ENGINE", Path(TEST_ENGINE).name)] if TEST_ENGINE else []
if TEST_ENGINE:
    SOURCES += sorted(map(str, Path(TEST_ENGINE).glob("*.c")))

BUILD = {"sources": SOURCES, "macros": MACROS, "include_dirs": ["csrc"], "cflags": FLAGS, "obj_deps": {"": HEADERS}}


def on_all_processors(compile_sources):
    """Return *compile_sources* so that it takes as many sources at a time as there are processors."""

    def compile_at_once(sources, **options):
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(chain(*pool.map(lambda source: compile_sources([source], **options), sources)))

    return compile_at_once


class BuildLibrary(build_clib):
    """Makes the archive anew: an archiver that replaces members takes two files of one name for the same."""

    def build_libraries(self, libraries):
        """Build *libraries*, of which none is there before."""
        for name, _ in libraries:
            Path(self.build_clib, self.compiler.library_filename(name)).unlink(missing_ok=True)
        if sys.platform != "win32":  # where nobody tried it
            self.compiler.compile = on_all_processors(self.compiler.compile)
        super().build_libraries(libraries)


class BuildModules(build_ext):
    """Builds the library first, and links a module again when the library is newer; as many at a time as there are processors."""

    cython_is_in_use = threading.Lock()  # for it is not made for threads

    def finalize_options(self):
        """Take all processors if nothing else is said."""
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self):
        """Build the library, then the modules."""
        self.run_command("build_clib")
        super().run()

    def build_extension(self, module):
        """Build *module*."""
        library = self.get_finalized_command("build_clib")
        module.depends = [*HEADERS, str(Path(library.build_clib, self.compiler.library_filename(LIBRARY)))]
        with self.cython_is_in_use:
            (translated,) = cythonize(module, include_path=module.include_dirs, force=self.force, quiet=self.verbose == 0)
        module.sources = translated.sources
        super().build_extension(module)


def module_at(path):
    """Return the compiled module of the Cython file at *path*."""
    return Extension(
        ".".join(path.with_suffix("").parts),
        [str(path)],
        include_dirs=["csrc"],
        extra_compile_args=FLAGS,
        define_macros=[("CYTHON_WITHOUT_ASSERTIONS", "1")],
    )


setup(
    cmdclass={"build_clib": BuildLibrary, "build_ext": BuildModules},
    libraries=[(LIBRARY, BUILD)],
    ext_modules=[module_at(path) for path in sorted(Path("quasicryth").rglob("*.pyx"))],
)
