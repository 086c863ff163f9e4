"""Faults in the guards of `quasicryth/base`: buffers, files, limits, progress, threads."""

from __future__ import annotations

from .fault import Fault

BUFFERS = "quasicryth/base/buffers.py"
COMPILED = "quasicryth/base/compiled.py"
FILE_BYTES = "quasicryth/base/file_bytes.py"
FORKS = "quasicryth/base/forks.py"
LIMITS = "quasicryth/base/limits.py"
PROGRESS = "quasicryth/base/progress.py"
THREADS = "quasicryth/base/threads.py"

FAULTS = [
    Fault(
        "memory that may change is not copied",
        BUFFERS,
        "return piece if isinstance(piece.obj, bytes) else bytes(piece)",
        "return piece",
        ("tests/files/test_stream.py::test_memory_that_was_given_may_change",),
    ),
    Fault(
        "a file that was cut is read for ever",
        FILE_BYTES,
        "            if not piece:\n                return\n",
        "",
        ("tests/files/test_recover.py::test_a_file_that_is_cut_meanwhile",),
    ),
    Fault(
        "a file that was cut is searched for ever",
        FILE_BYTES,
        "if behind <= start:",
        "if False:",
        ("tests/files/test_recover.py::test_a_file_that_is_cut_meanwhile",),
    ),
    Fault(
        "a limit may be True",
        LIMITS,
        "if not isinstance(value, int) or isinstance(value, bool):",
        "if not isinstance(value, int):",
        ("tests/frames/test_limits.py::test_wrong_limits",),
    ),
    Fault("a limit may be negative", LIMITS, "if value < 0:", "if False:", ("tests/frames/test_limits.py::test_wrong_limits",)),
    Fault(
        "content of blocks is not limited",
        LIMITS,
        "if self.max_length is not None and content_end > self.max_length:",
        "if False:",
        ("tests/frames/test_limits.py::test_max_length",),
    ),
    Fault(
        "content may be one byte longer than its limit",
        LIMITS,
        "content_end > self.max_length:",
        "content_end > self.max_length + 1:",
        ("tests/frames/test_limits.py::test_max_length",),
    ),
    Fault(
        "memory of blocks is not limited by their headers",
        LIMITS,
        "if self.memlimit is not None and least > self.memlimit:",
        "if False:",
        ("tests/frames/test_limits.py::test_a_limit_is_checked_before_the_body_is_taken",),
    ),
    Fault(
        "content that a tail tells of is not limited",
        LIMITS,
        "if self.max_length is not None and length > self.max_length:",
        "if False:",
        ("tests/command/test_command_table.py::test_behaviour",),
    ),
    Fault(
        "memory of indexes is not limited",
        LIMITS,
        "if self.memlimit is not None and needed > self.memlimit:",
        "if False:",
        ("tests/frames/test_limits.py::test_indexes_count_for_the_limit",),
    ),
    Fault(
        "a callback may use what calls it",
        PROGRESS,
        "if self._thread is not None and self._thread == get_ident():",
        "if False:",
        ("tests/files/test_threads.py::test_a_callback_cannot_use_its_compressor",),
    ),
    Fault(
        "a callback hinders other threads",
        PROGRESS,
        "if self._thread is not None and self._thread == get_ident():",
        "if self._thread is not None:",
        ("tests/files/test_threads.py::test_a_callback_that_is_told_in_one_thread_does_not_hinder_another",),
    ),
    Fault(
        "after a callback the object is taken for being in it",
        PROGRESS,
        "        finally:\n            self._thread = None",
        "        finally:\n            pass",
        ("tests/files/test_threads.py::test_the_same_bytes_for_any_number",),
    ),
    Fault(
        "threads may be True",
        THREADS,
        "if not isinstance(threads, int) or isinstance(threads, bool):",
        "if not isinstance(threads, int):",
        ("tests/files/test_threads.py::test_zero_is_all_cores",),
    ),
    Fault(
        "threads may be negative", THREADS, "if threads < 0:", "if False:", ("tests/files/test_threads.py::test_zero_is_all_cores",)
    ),
    Fault(
        "more blocks wait than threads can take",
        THREADS,
        "self._threads + _WAITING if",
        "self._threads + 20 if",
        ("tests/files/test_threads.py::test_results_come_in_order_and_few_wait",),
    ),
    Fault(
        "there is room for another block while the queue is full",
        THREADS,
        "        if self.full:\n            return False\n",
        "",
        ("tests/files/test_threads.py::test_there_is_room_for_what_fits_beside_what_waits",),
    ),
    Fault(
        "there is room for blocks that exceed the limit together",
        THREADS,
        "return memory + sum(work.memory for work in self._queue) <= self._memlimit",
        "return True",
        ("tests/files/test_threads.py::test_there_is_room_for_what_fits_beside_what_waits",),
    ),
    Fault(
        "blocks that exceed the limit together are worked on at a time",
        THREADS,
        "if work is not self._queue[0] and self._memlimit is not None and taken > self._memlimit:",
        "if False:",
        ("tests/files/test_threads.py::test_blocks_that_do_not_fit_into_the_limit_together_wait_for_each_other",),
    ),
    Fault(
        "a block that exceeds the limit alone waits for ever",
        THREADS,
        "        if not self._queue:\n            return True\n        if self.full",
        "        if self.full",
        ("tests/files/test_threads.py::test_there_is_room_for_what_fits_beside_what_waits",),
    ),
    Fault(
        "blocks that nobody will take are worked on",
        THREADS,
        "not work.call.take_back():",
        "True:",
        ("tests/files/test_threads.py::test_what_nobody_will_take_is_not_begun",),
    ),
    Fault(
        "threads are left when work is closed",
        THREADS,
        "            self._pool.close()\n            self._pool = None",
        "            pass",
        ("tests/files/test_threads.py::test_what_is_given_up_has_no_threads_though_it_is_still_there",),
    ),
    Fault(
        "threads of the parent are waited for",
        THREADS,
        "if self._process is not this_process():\n            self._process = this_process()\n            self._pool = None",
        "if False:\n            self._process = this_process()\n            self._pool = None",
        ("tests/files/test_fork.py::test_a_fork",),
    ),
    Fault(
        "a lock that a thread of the parent has is waited for",
        FORKS,
        "                self._is_lost = True\n",
        "                pass\n",
        ("tests/files/test_fork.py::test_a_fork",),
    ),
    Fault(
        "a second interpreter is told what Cython says",
        COMPILED,
        'if "interpreter" in str(error):',
        "if False:",
        ("tests/command/test_start.py::test_a_second_interpreter_of_the_process_is_told_what_to_do",),
    ),
    Fault(
        "more bytes are taken than were asked for",
        FILE_BYTES,
        "if len(piece) > size:",
        "if False:",
        ("tests/files/test_hostile_files.py",),
    ),
]
