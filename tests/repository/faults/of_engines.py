"""Faults in the guards of the compiled code: what keeps hostile data from reading or writing where it must not.

Such a fault may show by another error, other content, or a process that ends. What decoders of engines check themselves is watched
by tests under sanitizers too.
"""

from __future__ import annotations

from .fault import Fault

ENGINE = "quasicryth/engines/_engine.pyx"
CHECKSUM = "quasicryth/base/_checksum.pyx"
CODEBOOKS = "quasicryth/tiling/_codebooks.pyx"
PARSE = "quasicryth/tiling/_parse.pyx"
TILING = "quasicryth/tiling/_tiling.pyx"
TOKENS = "quasicryth/tiling/_tokens.pyx"
DECODER = "csrc/engines/decoder.c"
ENCODER = "csrc/engines/encoder.c"
PREPARED = "csrc/engines/prepared.c"
BLOCK = "csrc/engines/paper/block.c"
PAPER = "csrc/engines/paper/decoder.c"
EVENTS = "csrc/engines/paper/event_model.c"
PHRASES = "csrc/engines/paper/phrase_model.c"
SPELLING = "csrc/engines/paper/spelling_model.c"
CODER = "csrc/coding/arithmetic_coder.c"
LENGTHS = "csrc/coding/length_model.c"
BYTES = "csrc/base/bytes.c"
MIX = "csrc/engines/mix/decoder.c"
MIX_BLOCK = "csrc/engines/mix/block.c"
FAST = "csrc/engines/fast/decoder.c"
FAST_BLOCK = "csrc/engines/fast/block.c"
DAMAGED = "tests/reference/test_reference_decoder.py::test_paper_blocks_with"
HEADS = (f"{DAMAGED}_wrong_fields", f"{DAMAGED}_wrong_heads")
STREAMS = (f"{DAMAGED}_cut_streams", f"{DAMAGED}_changed_streams")
CALLS = ("tests/engines/test_interface.py", "tests/engines/test_registry.py")
FRAMES = ("tests/frames/test_golden.py", "tests/frames/test_segments.py")

_OF_INTERFACES = [
    Fault(
        "any checksum is right",
        CHECKSUM,
        "return qcz_checksum_matches(computed, stated) != 0",
        "return True",
        ("tests/frames/test_checksum.py::test_this_build_refuses_what_is_wrong",),
    ),
    Fault(
        "threads use a checksum at once",
        CHECKSUM,
        "            with self.lock:\n                with nogil:",
        "            if True:\n                with nogil:",
        ("tests/files/test_threads.py::test_one_checksum_in_many_threads",),
    ),
    Fault(
        "any name stands for a path of instructions",
        ENGINE,
        'if name != "fastest" and name not in CPU_PATHS:',
        "if False:",
        ("tests/engines/test_interface.py::test_paths_and_levels_that_are_not_there",),
    ),
    Fault(
        "an engine has any level",
        ENGINE,
        "if level not in self.levels:",
        "if False:",
        ("tests/engines/test_interface.py::test_paths_and_levels_that_are_not_there",),
    ),
    Fault(
        "a block is decoded beyond its content",
        ENGINE,
        "if size > self.size - self.filled:",
        "if False:",
        ("tests/engines/test_interface.py::test_content_is_given_when_it_is_there",),
    ),
    Fault(
        "bytes of a block are given before they are there",
        ENGINE,
        "if not start <= end <= self.filled:",
        "if False:",
        ("tests/engines/test_interface.py::test_content_is_given_when_it_is_there",),
    ),
    Fault(
        "a block is given before it is whole",
        ENGINE,
        "if self.filled != self.size:",
        "if False:",
        ("tests/engines/test_interface.py::test_content_is_given_when_it_is_there",),
    ),
    Fault(
        "a block may be gone before its last segment",
        ENGINE,
        "self.block, self.extras = block, (depths, parse)",
        "self.extras = (depths, parse)",
        ("tests/engines/test_interface.py::test_a_block_stays_as_it_is_until_its_last_segment",),
    ),
    Fault(
        "what phrases are looked up by may be gone before the last segment",
        ENGINE,
        "self.block, self.extras = block, (depths, parse)",
        "self.block = block",
        ("tests/engines/test_interface.py::test_a_block_stays_as_it_is_until_its_last_segment",),
    ),
    Fault(
        "a parse of no block can be coded",
        PARSE,
        "if self.books is None:",
        "if False:",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "words of one block are parsed by books of another",
        PARSE,
        "    if books.tokens is not tokens:\n"
        '        raise ValueError("the codebooks are not those of the tokens")\n    if <size_t>depths',
        "    if <size_t>depths",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "depths may be more or less than words",
        PARSE,
        "if <size_t>depths.shape[0] != tokens.words.word_count:",
        "if False:",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "costs may be more or less than entries",
        PARSE,
        "if <size_t>costs.shape[0] != lay_out_costs(books, laid_out.first):",
        "if lay_out_costs(books, laid_out.first) == 0:",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "a book of phrases may have any number",
        CODEBOOKS,
        "if not 1 <= book < BOOK_COUNT:",
        "if False:",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "a word may have any number",
        TOKENS,
        "if word_id >= self.words.distinct.count:",
        "if False:",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "slopes may be any",
        TILING,
        "if not 0 < denominator < <uint64_t>1 << 63 or slope >= denominator or phase >= denominator:",
        "if denominator == 0:",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "a period may be empty",
        TILING,
        "if period.shape[0] == 0:",
        "if False:",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "fewer tiles are laid than there are words",
        TILING,
        "if len(laid) < words:",
        "if False:",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "depths are marked by fewer tiles than words",
        TILING,
        "if len(tiles) < words - start:",
        "if False:",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "depths are marked behind the last word",
        TILING,
        "    if start >= words:\n        return\n",
        "",
        ("tests/tiling/test_codebooks.py", "tests/tiling/test_tokens.py", "tests/tiling/test_tiling.py"),
    ),
    Fault(
        "a block to decode may be larger than the format allows",
        DECODER,
        "    decoder->is_open = 0;\n    if (block_size > QCZ_MAX_BLOCK_SIZE)",
        "    decoder->is_open = 0;\n    if (0)",
        ("tests/engines/test_interface.py::test_blocks_larger_than_the_format_allows",),
    ),
    Fault(
        "memory is told for blocks larger than the format allows",
        DECODER,
        "        return error->status;\n    if (block_size > QCZ_MAX_BLOCK_SIZE)",
        "        return error->status;\n    if (0)",
        ("tests/engines/test_interface.py::test_blocks_larger_than_the_format_allows",),
    ),
    Fault(
        "a prepared state may be of another engine than the decoder",
        DECODER,
        "options->prepared->engine != found)",
        "options->prepared->engine == NULL)",
        ("tests/engines/test_toy_engine.py::test_the_toy_engine_in_a_build_that_has_it",),
    ),
    Fault(
        "a decoder that failed goes on",
        DECODER,
        "if (!decoder->is_open || start < decoder->reached || ",
        "if (",
        ("tests/engines/test_interface.py::test_a_decoder_decodes_each_segment_once",),
    ),
    Fault(
        "segments are decoded twice",
        DECODER,
        "start < decoder->reached || ",
        "",
        ("tests/engines/test_interface.py::test_a_decoder_decodes_each_segment_once",),
    ),
    Fault(
        "a segment ends beyond its block",
        DECODER,
        " || end > decoder->block_size)",
        ")",
        ("tests/engines/test_interface.py::test_parts_of_a_block_that_is_one_segment",),
    ),
    Fault(
        "a part of a block is decoded as the whole",
        DECODER,
        "if (decoder->engine->facts.segment_size == 0 && (start != 0 || end != decoder->block_size))",
        "if (0)",
        ("tests/engines/test_interface.py::test_parts_of_a_block_that_is_one_segment",),
    ),
    Fault(
        "a block to encode may be larger than the format allows",
        ENCODER,
        '    if (block->size > QCZ_MAX_BLOCK_SIZE)\n        return "the',
        '    if (0)\n        return "the',
        ("tests/engines/test_interface.py::test_blocks_larger_than_the_format_allows",),
    ),
    Fault(
        "phrases are looked up by engines that have none",
        ENCODER,
        "if (block->positions != NULL && taken_by->position_count == NULL)",
        "if (0)",
        ("tests/engines/test_interface.py::test_what_an_engine_does_not_take",),
    ),
    Fault(
        "an engine is given a parse that it does not take, or none",
        ENCODER,
        "if ((block->parse != NULL) != (taken_by->facts.takes_parse != 0))",
        "if (0)",
        ("tests/engines/test_interface.py::test_what_an_engine_does_not_take",),
    ),
    Fault(
        "more is coded than a block has",
        ENCODER,
        "if (size > left || (encoder",
        "if ((encoder",
        ("tests/engines/test_toy_engine.py::test_the_toy_engine_in_a_build_that_has_it",),
    ),
    Fault(
        "a part of a block is coded as the whole",
        ENCODER,
        " || (encoder->engine->facts.segment_size == 0 && size != left))",
        ")",
        ("tests/engines/test_interface.py::test_parts_of_a_block_that_is_one_segment",),
    ),
    Fault(
        "an encoder goes on after an error",
        ENCODER,
        "encoder->coded = encoder->size; /* what",
        "encoder->coded += 0; /* what",
        ("tests/engines/test_toy_engine.py::test_the_toy_engine_survives_every_allocation_that_fails",),
    ),
    Fault(
        "codebooks are prepared for engines that take none",
        PREPARED,
        "if (found == NULL || !found->facts.takes_codebooks)",
        "if (found == NULL)",
        CALLS,
    ),
]

_OF_DECODERS = [
    Fault(
        "a number in a head may have more than 32 bits",
        BYTES,
        "(shift == 28 && bits > 15) || ",
        "",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_heads",),
    ),
    Fault(
        "a number in a head may have superfluous bytes",
        BYTES,
        " || (shift > 0 && byte == 0))",
        ")",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_heads",),
    ),
    Fault(
        "a cut head is believed",
        BLOCK,
        "    if (reader.failed)\n",
        "    if (0)\n",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_heads",),
    ),
    Fault(
        "bytes may follow a head",
        BLOCK,
        "if (header_size != head->size)",
        "if (0)",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_heads",),
    ),
    Fault(
        "flags of a head are ignored",
        BLOCK,
        "if (header->flags > PAPER_CASE_FOLDED)",
        "if (0)",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_fields",),
    ),
    Fault(
        "a block may have more words than bytes",
        BLOCK,
        "if (header->word_count > raw_size || ",
        "if (",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_fields",),
    ),
    Fault("a block may have no words", BLOCK, " || (header->word_count == 0) != (raw_size == 0))", ")", HEADS),
    Fault(
        "a book may be of any size",
        BLOCK,
        "header->book_sizes[book] > PAPER_MAX_BOOK_SIZE ||",
        "",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_large_books",),
    ),
    Fault(
        "phrases may be of no words",
        BLOCK,
        "(book > 0 && header->book_sizes[book] > 0 && header->book_sizes[0] == 0))",
        "0)",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_fields",),
    ),
    Fault(
        "a book may have more phrases than its block has places",
        BLOCK,
        "if (size > 0 && size + paper_book_words[book] - 1 > header->word_count)",
        "if (0)",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_fields",),
    ),
    Fault(
        "books may have any number of words",
        BLOCK,
        "return phrase_words <= (uint64_t)MAX_PHRASE_WORDS_PER_WORD * header->word_count;",
        "return phrase_words < UINT64_MAX;",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_large_books",),
    ),
    Fault(
        "words of a head may be longer than their block",
        BLOCK,
        "(uint64_t)header->unigram_bytes + header->escape_word_bytes > raw_size || ",
        "",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_fields",),
    ),
    Fault(
        "a book may have more words than bytes",
        BLOCK,
        "header->book_sizes[0] > header->unigram_bytes ||",
        "",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_fields",),
    ),
    Fault(
        "there may be more escape words than bytes",
        BLOCK,
        " ||\n        header->escape_word_count > header->escape_word_bytes)",
        ")",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_fields",),
    ),
    Fault(
        "streams may not add up to their segment",
        PAPER,
        "if (paper_stream_total(&decoder.header) != segment->size)",
        "if (0)",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_heads",),
    ),
    Fault("the bytes of a stream are read beyond its end", CODER, "if (decoder->next < decoder->end)", "if (1)", STREAMS),
    Fault("a stream that was cut is decoded", CODER, "            decoder->bytes_past_end++;", "            bits |= 0;", STREAMS),
    Fault("a word keeps more than there is", SPELLING, "kept > previous.size || ", "", STREAMS),
    Fault(
        "words of a codebook may be shorter than it says",
        PAPER,
        " ||\n        !is_complete(&decoder->unigrams))",
        ")",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_fields",),
    ),
    Fault(
        "escape words may be shorter than the head says",
        PAPER,
        " ||\n        !is_complete(&decoder->escape_words))",
        ")",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_fields",),
    ),
    Fault("a phrase may begin with any number", PHRASES, "if (step >= model->unigram_count - previous[0])", "if (0)", STREAMS),
    Fault(
        "phrases may be cut",
        PAPER,
        "if (status != QCZ_OK || overran(decoder, STREAM_CODEBOOK))",
        "if (status != QCZ_OK)",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_wrong_fields",),
    ),
    Fault("events have more words than their block", PAPER, "if (words > decoder->words_left)", "if (0)", STREAMS),
    Fault("a match reaches back before the block", PAPER, "if (match.distance > decoder->event_count)", "if (0)", STREAMS),
    Fault("an event is of an empty book", EVENTS, "if (model->book_sizes[literal->level - 1] == 0)", "if (0)", STREAMS),
    Fault(
        "an event is behind the end of the cache",
        EVENTS,
        "if (position >= cache->size)",
        "if (0)",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_cut_streams",),
    ),
    Fault(
        "the stream of entries may be cut",
        PAPER,
        "if (overran(decoder, STREAM_ENTRIES))",
        "if (0)",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_cut_streams",),
    ),
    Fault(
        "the stream of case flags may be cut",
        PAPER,
        "if (overran(decoder, STREAM_CASE))",
        "if (0)",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_cut_streams",),
    ),
    Fault("there are more escapes than there were", PAPER, "if (left->total == 0)", "if (0)", STREAMS),
    Fault("words are copied beyond their block", PAPER, "if (word.size <= COPY_SIZE && room >= COPY_SIZE)", "if (1)", STREAMS),
    Fault(
        "words are shorter than their block",
        PAPER,
        "if (decoder->next != decoder->end)",
        "if (0)",
        ("tests/reference/test_reference_decoder.py::test_paper_blocks_with_cut_streams",),
    ),
]

_OF_HEADS_OF_OTHER_ENGINES = [
    Fault(
        "the engine mix believes what a head promises",
        MIX_BLOCK,
        "if (!fits_block(header, raw_size))",
        "if (0)",
        ("tests/engines/test_mix.py",),
    ),
    Fault(
        "the engine mix reads on after a cut head",
        MIX_BLOCK,
        "    if (reader.failed)\n",
        "    if (0)\n",
        ("tests/engines/test_mix.py",),
    ),
    Fault(
        "the engine mix decodes unknown levels",
        MIX_BLOCK,
        "if (mix_level_find(header->level) == NULL || (",
        "if ((",
        ("tests/engines/test_mix.py",),
    ),
    Fault(
        "bytes may follow a head of the engine mix",
        MIX,
        "if (status == QCZ_OK && header_size != head->size)",
        "if (0)",
        ("tests/frames/test_frame.py::test_heads_of_another_length",),
    ),
    Fault(
        "items of the engine mix may be shorter than their block",
        MIX,
        "if (coder->position != size)",
        "if (0)",
        ("tests/engines/test_mix.py",),
    ),
    Fault(
        "bytes may follow a segment of the engine mix",
        MIX,
        "if (coder->decoder.next != coder->decoder.end)",
        "if (0)",
        ("tests/engines/test_mix.py",),
    ),
    Fault(
        "the engine fast believes what a head promises",
        FAST_BLOCK,
        "if (!fits_block(header, raw_size) || ",
        "if (",
        (
            "tests/frames/test_frame.py::test_heads_and_payloads_that_lie",
            "tests/engines/test_c_code.py::test_hostile_payloads_under_sanitizers",
        ),
    ),
    Fault(
        "bits of the engine fast are read beyond their segment",
        FAST_BLOCK,
        " || header->bits_size > segment_size)",
        ")",
        (
            "tests/frames/test_frame.py::test_heads_and_payloads_that_lie",
            "tests/engines/test_c_code.py::test_hostile_payloads_under_sanitizers",
        ),
    ),
    Fault(
        "bytes may follow a head of the engine fast",
        FAST,
        "if (status == QCZ_OK && header_size != head->size)",
        "if (0)",
        ("tests/frames/test_frame.py::test_heads_of_another_length",),
    ),
]

FAULTS = [*_OF_INTERFACES, *_OF_DECODERS, *_OF_HEADS_OF_OTHER_ENGINES]
