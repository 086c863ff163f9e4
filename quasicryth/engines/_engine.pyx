# cython: language_level=3, freethreading_compatible=True
"""The engines of the C library, each an `Engine` object: the only way from Python to csrc/engines. csrc/qcz.h explains the terms.

Encoders, decoders and contents are for one thread at a time; an `Engine` and a `Prepared` never change and can be shared.
"""

from cpython.bytes cimport PyBytes_AsString, PyBytes_FromStringAndSize
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport uint8_t, uint64_t
from libc.string cimport memcpy, memset
from quasicryth._qcz cimport (
    QCZ_CPU_AVX2, QCZ_CPU_AVX512, QCZ_CPU_FASTEST, QCZ_CPU_NEON, QCZ_CPU_PORTABLE, QCZ_CPU_SSE41, QCZ_ERROR_LIMIT,
    QCZ_ERROR_MEMORY, QCZ_ERROR_NOT_TEXT, QCZ_ERROR_PARAMETER, QCZ_MAX_BLOCK_SIZE, QCZ_OK, qcz_buffer, qcz_buffer_free, qcz_cpu_has,
    qcz_cpu_path, qcz_decoder, qcz_decoder_free, qcz_decoder_new, qcz_decoder_open, qcz_decoder_options, qcz_decoder_segment,
    qcz_encoder, qcz_encoder_free, qcz_encoder_new, qcz_encoder_options, qcz_encoder_plan, qcz_encoder_segment, qcz_engine_count,
    qcz_engine_facts, qcz_engine_facts_at, qcz_error, qcz_head_memory, paper_parse, qcz_plan_memory, qcz_position_count,
    qcz_positions, qcz_prepare, qcz_prepare_memory, qcz_prepared, qcz_prepared_free, qcz_status, qcz_version,
)

from quasicryth.errors import QczCorruptError, QczLimitError

cdef const uint8_t *NOTHING = <const uint8_t *>b""   # the library wants a pointer even to no bytes

MAX_BLOCK_SIZE = QCZ_MAX_BLOCK_SIZE
VERSION = qcz_version().decode("ascii")

_PATHS = {
    "fastest": QCZ_CPU_FASTEST,
    "portable": QCZ_CPU_PORTABLE,
    "sse4.1": QCZ_CPU_SSE41,
    "avx2": QCZ_CPU_AVX2,
    "avx512": QCZ_CPU_AVX512,
    "neon": QCZ_CPU_NEON,
}
# Those that this build and this processor have; all give the same bytes.
CPU_PATHS = tuple(name for name, path in _PATHS.items() if name != "fastest" and qcz_cpu_has(path))


cdef qcz_cpu_path find_path(name) except *:
    if name != "fastest" and name not in CPU_PATHS:
        raise ValueError(f"there is no cpu path {name!r} here; there is fastest, {', '.join(CPU_PATHS)}")
    return _PATHS[name]


cdef const uint8_t *start_of(const uint8_t[::1] data) noexcept:
    return &data[0] if data.shape[0] > 0 else NOTHING


cdef int raise_error(const qcz_error *error, str place) except -1:
    """Raise what the library says; *place* is what its offsets count from."""
    message = error.message.decode("ascii")
    if error.status == QCZ_ERROR_MEMORY:
        raise MemoryError("no memory for the block")
    if error.status == QCZ_ERROR_PARAMETER:
        raise ValueError(message)
    if error.status == QCZ_ERROR_LIMIT:
        raise QczLimitError(f"{message} (byte {error.offset} of the {place})")
    raise QczCorruptError(f"{message} (byte {error.offset} of the {place})")


cdef bytes take_buffer(qcz_buffer *buffer):
    try:
        return PyBytes_FromStringAndSize(<char *>buffer.bytes, buffer.size)
    finally:
        qcz_buffer_free(buffer)


# ---- what an encoder and a decoder tell ------------------------------------------------------------------------------------

cdef enum:
    MOST_FACTS = 128
    MOST_KINDS = 32

cdef struct Fact:
    const char *group
    const char *name
    uint64_t value

cdef struct Facts:
    size_t count
    Fact facts[MOST_FACTS]

cdef struct Cost:
    const char *kind
    uint64_t tokens
    uint64_t cost

cdef struct Costs:
    size_t count
    Cost costs[MOST_KINDS]


cdef void take_fact(void *context, const char *group, const char *name, uint64_t value) noexcept nogil:
    cdef Facts *told = <Facts *>context
    if told.count < MOST_FACTS:
        told.facts[told.count] = Fact(group, name, value)
        told.count += 1


cdef void add_cost(void *context, const char *kind, uint64_t cost) noexcept nogil:
    """Kinds are told apart by where their names lie: they are constants."""
    cdef Costs *told = <Costs *>context
    cdef size_t i = 0
    while i < told.count and told.costs[i].kind != kind:
        i += 1
    if i == MOST_KINDS:
        return
    if i == told.count:
        told.costs[i] = Cost(kind, 0, 0)
        told.count += 1
    told.costs[i].tokens += 1
    told.costs[i].cost += cost


# ---- engines ---------------------------------------------------------------------------------------------------------------

cdef class Prepared:
    """What an engine makes of a codebook at one level: where blocks may begin."""

    cdef qcz_prepared *state
    cdef readonly Engine engine
    """The engine that it is of."""
    cdef readonly unsigned level
    """The level that it is of."""

    def __init__(self):
        raise TypeError("a prepared state is made by Engine.prepare")

    def __dealloc__(self):
        qcz_prepared_free(self.state)


cdef class Engine:
    """An engine: its facts, and blocks to heads and segments and back."""

    cdef const qcz_engine_facts *facts

    def __init__(self):
        raise TypeError("engines are those of quasicryth.engines.registry")

    @property
    def name(self):
        """What users call it."""
        return self.facts.name.decode("ascii")

    @property
    def number(self):
        """What the headers of blocks call it."""
        return self.facts.number

    @property
    def levels(self):
        """The levels that it has."""
        return range(self.facts.first_level, self.facts.last_level + 1)

    @property
    def default_level(self):
        """The level where the engine is named and no level is."""
        return self.facts.default_level

    @property
    def owns_levels(self):
        """Whether it is the engine of its levels where no engine is named."""
        return self.facts.owns_levels != 0

    @property
    def first_positions_level(self):
        """From which level on it looks phrases up at positions that one may choose; 0 for never."""
        return self.facts.first_positions_level

    @property
    def takes_parse(self):
        """Whether the caller finds the phrases, and hands them over as a `Parse`."""
        return self.facts.takes_parse != 0

    @property
    def takes_codebooks(self):
        """Whether blocks may begin from a prepared state."""
        return self.facts.takes_codebooks != 0

    @property
    def reports_costs(self):
        """Whether an encoder can tell what its tokens cost."""
        return self.facts.reports_costs != 0

    @property
    def segment_size(self):
        """How many bytes of content a segment should have; 0 if a block is one segment."""
        return self.facts.segment_size

    def block_size(self, unsigned level):
        """Return how many bytes of content a block has at *level* where nobody says so."""
        return self.facts.levels[self.index_of(level)].block_size

    def purpose(self, unsigned level):
        """Return what *level* is for, in a few words."""
        return self.facts.levels[self.index_of(level)].purpose.decode("ascii")

    cdef unsigned index_of(self, unsigned level) except *:
        if level not in self.levels:
            raise ValueError(f"the engine {self.name} has the levels {self.facts.first_level} to {self.facts.last_level}, not {level}")
        return level - self.facts.first_level

    cdef qcz_encoder_options encoder_options(self, unsigned level, Prepared prepared, cpu_path) except *:
        cdef qcz_encoder_options options
        memset(&options, 0, sizeof(options))
        self.index_of(level)
        options.engine = self.facts.number
        options.level = level
        options.path = find_path(cpu_path)
        options.prepared = prepared.state if prepared is not None else NULL
        return options

    cdef qcz_decoder_options decoder_options(self, Prepared prepared, cpu_path) except *:
        cdef qcz_decoder_options options
        memset(&options, 0, sizeof(options))
        options.engine = self.facts.number
        options.path = find_path(cpu_path)
        options.prepared = prepared.state if prepared is not None else NULL
        return options

    # ---- encoding ----------------------------------------------------------------------------------------------------------

    def plan_memory(self, unsigned level, size_t size, Prepared prepared=None):
        """Return the bytes that encoding a block of *size* bytes takes at most, beside the block. Raises ValueError."""
        cdef qcz_encoder_options options = self.encoder_options(level, prepared, "fastest")
        cdef qcz_error error
        cdef uint64_t needed
        if qcz_plan_memory(&options, size, &needed, &error) != QCZ_OK:
            raise_error(&error, "block")
        return needed

    def count_positions(self, const uint8_t[::1] block not None):
        """Return how many positions *block* has at which phrases may begin. Raises ValueError if the engine looks none up."""
        cdef qcz_encoder_options options = self.encoder_options(self.facts.default_level, None, "fastest")
        cdef const uint8_t *start = start_of(block)
        cdef size_t size = block.shape[0], count = 0
        cdef qcz_status status
        cdef qcz_error error
        with nogil:
            status = qcz_position_count(&options, start, size, &count, &error)
        if status != QCZ_OK:
            raise_error(&error, "block")
        return count

    def encoder(self, unsigned level, Prepared prepared=None, *, cpu_path="fastest", report=False):
        """Return a `BlockEncoder` at *level*. With *report*, it keeps account of what tokens cost. Raises ValueError."""
        cdef BlockEncoder made = BlockEncoder.__new__(BlockEncoder)
        cdef qcz_encoder_options options = self.encoder_options(level, prepared, cpu_path)
        cdef qcz_error error
        made.engine = self
        made.prepared = prepared
        if report:
            options.report = add_cost
            options.report_context = &made.told
        if qcz_encoder_new(&options, &made.encoder, &error) != QCZ_OK:
            raise_error(&error, "block")
        return made

    # ---- decoding ----------------------------------------------------------------------------------------------------------

    def memory_needed(self, const uint8_t[::1] head not None, size_t size, Prepared prepared=None):
        """Return the bytes that decoding a block of *size* bytes with this *head* takes at most, beside head, segments and block.

        Raises QczCorruptError if the head is malformed, QczLimitError for a *size* above MAX_BLOCK_SIZE.
        """
        cdef qcz_decoder_options options = self.decoder_options(prepared, "fastest")
        cdef qcz_error error
        cdef uint64_t needed
        if qcz_head_memory(&options, start_of(head), head.shape[0], size, &needed, &error) != QCZ_OK:
            raise_error(&error, "head")
        return needed

    def open(self, const uint8_t[::1] head not None, size_t size, Prepared prepared=None, *, cpu_path="fastest", describe=False):
        """Return a `BlockDecoder` for a block of *size* bytes with this *head*. With *describe*, it keeps what is in the block.

        Raises as `memory_needed`.
        """
        cdef BlockDecoder made = BlockDecoder.__new__(BlockDecoder)
        cdef qcz_decoder_options options = self.decoder_options(prepared, cpu_path)
        cdef const uint8_t *start = start_of(head)
        cdef size_t head_size = head.shape[0]
        cdef qcz_status status
        cdef qcz_error error
        made.prepared = prepared
        if describe:
            options.report = take_fact
            options.report_context = &made.told
        if qcz_decoder_new(&options, &made.decoder, &error) != QCZ_OK:
            raise_error(&error, "head")
        with nogil:
            status = qcz_decoder_open(made.decoder, start, head_size, size, &error)
        if status != QCZ_OK:
            raise_error(&error, "head")
        return made

    # ---- codebooks ---------------------------------------------------------------------------------------------------------

    def prepare(self, unsigned level, const uint8_t[::1] codebook not None):
        """Return the prepared state of *codebook* at *level*. Raises ValueError if the engine takes no codebooks."""
        cdef Prepared made = Prepared.__new__(Prepared)
        cdef const uint8_t *start = start_of(codebook)
        cdef size_t size = codebook.shape[0]
        cdef unsigned number = self.facts.number
        cdef qcz_status status
        cdef qcz_error error
        made.engine = self
        made.level = level
        with nogil:
            status = qcz_prepare(number, level, start, size, &made.state, &error)
        if status != QCZ_OK:
            raise_error(&error, "codebook")
        return made

    def prepare_memory(self, unsigned level, size_t size):
        """Return the bytes that preparing a codebook of *size* bytes takes at most. Raises ValueError."""
        cdef qcz_error error
        cdef uint64_t needed
        if qcz_prepare_memory(self.facts.number, level, size, &needed, &error) != QCZ_OK:
            raise_error(&error, "codebook")
        return needed


cdef Engine engine_at(size_t index):
    cdef Engine made = Engine.__new__(Engine)
    made.facts = qcz_engine_facts_at(index)
    return made


# All engines, in the order of the table in csrc/engines/engines.c.
ENGINES = tuple(engine_at(index) for index in range(qcz_engine_count()))


cdef class BlockEncoder:
    """Codes blocks, one after the other: `plan`, then `segment` until all of the block is coded."""

    cdef qcz_encoder *encoder
    cdef readonly Engine engine
    """The engine."""
    cdef Prepared prepared   # has to outlive the encoder
    cdef Costs told
    cdef object block        # has to stay as it is until the last segment
    cdef object extras

    def __init__(self):
        raise TypeError("encoders are made by Engine.encoder")

    def __dealloc__(self):
        qcz_encoder_free(self.encoder)

    def plan(self, const uint8_t[::1] block not None, const uint8_t[::1] depths=None, bint bigrams=True, parse=None):
        """Begin *block*, and return its head; None where it is so unlike text that the engine does not take it.

        Phrases may begin anywhere, or with *depths*, one for each position, where these allow: k lets phrases of the hierarchy's
        levels 1 .. k (3, 5, .. 144 tokens) begin there; then *bigrams* says whether phrases of two may begin anywhere. *parse* is
        what `Parse.view` gives, for an engine that takes one. Raises ValueError for what the engine or the block does not allow.
        """
        cdef const uint8_t *start = start_of(block)
        cdef size_t size = block.shape[0]
        cdef qcz_positions positions
        cdef const qcz_positions *chosen = NULL
        cdef const paper_parse *phrases = NULL
        cdef qcz_buffer head
        cdef qcz_status status
        cdef qcz_error error
        if depths is not None:
            positions.depths = start_of(depths)
            positions.count = depths.shape[0]
            positions.bigrams = bigrams
            chosen = &positions
        if parse is not None:
            phrases = <const paper_parse *>PyCapsule_GetPointer(parse, "quasicryth.parse")
        self.block, self.extras = block, (depths, parse)
        with nogil:
            status = qcz_encoder_plan(self.encoder, start, size, chosen, phrases, &head, &error)
        if status == QCZ_ERROR_NOT_TEXT:
            return None
        if status != QCZ_OK:
            raise_error(&error, "block")
        return take_buffer(&head)

    def segment(self, size_t size):
        """Return the next *size* bytes of the block as the payload of a segment. Raises ValueError if there are not so many."""
        cdef qcz_buffer payload
        cdef qcz_status status
        cdef qcz_error error
        with nogil:
            status = qcz_encoder_segment(self.encoder, size, &payload, &error)
        if status != QCZ_OK:
            raise_error(&error, "block")
        return take_buffer(&payload)

    @property
    def costs(self):
        """For each kind of token how many there were in all blocks, and the bits that they took; empty without a report."""
        costs = {}
        for i in range(self.told.count):
            told = self.told.costs[i]
            costs[told.kind.decode("ascii")] = (told.tokens, told.cost / 256)
        return costs


cdef class BlockDecoder:
    """Decodes the segments of one block, by `BlockContent.decode`."""

    cdef qcz_decoder *decoder
    cdef Prepared prepared   # has to outlive the decoder
    cdef Facts told

    def __init__(self):
        raise TypeError("decoders are made by Engine.open")

    def __dealloc__(self):
        qcz_decoder_free(self.decoder)

    def facts(self):
        """Return what is in the block, if it was opened to describe it: names and numbers, some of them in groups, as dicts."""
        described = {}
        for i in range(self.told.count):
            fact = self.told.facts[i]
            group = described if fact.group == NULL else described.setdefault(fact.group.decode("ascii"), {})
            group[fact.name.decode("ascii")] = fact.value
        return described


cdef class BlockContent:
    """The content of a block of *size* bytes while it is decoded, in one piece of memory that becomes a bytes object."""

    cdef bytes memory
    cdef readonly size_t size
    """How many bytes the block has."""
    cdef readonly size_t filled
    """How many of them are there."""

    def __cinit__(self, size_t size):
        self.memory = PyBytes_FromStringAndSize(NULL, size)   # nobody else has it before `take`
        self.size = size

    cdef uint8_t *room_for(self, size_t size) except NULL:
        if size > self.size - self.filled:
            raise ValueError("the segment is larger than what is left of the block")
        return <uint8_t *>PyBytes_AsString(self.memory)

    def append(self, const uint8_t[::1] data not None):
        """Add *data*. Raises ValueError if there is no room for it."""
        cdef uint8_t *block = self.room_for(data.shape[0])
        memcpy(block + self.filled, start_of(data), data.shape[0])
        self.filled += data.shape[0]

    def decode(self, BlockDecoder decoder not None, const uint8_t[::1] payload not None, size_t size):
        """Add the *size* bytes that *payload* stands for; *decoder* has had all segments before.

        Raises QczCorruptError if it does not stand for that many, ValueError if there is no room for them.
        """
        cdef uint8_t *block = self.room_for(size)
        cdef const uint8_t *start = start_of(payload)
        cdef size_t payload_size = payload.shape[0], filled = self.filled
        cdef qcz_status status
        cdef qcz_error error
        with nogil:
            status = qcz_decoder_segment(decoder.decoder, start, payload_size, block, filled, filled + size, &error)
        if status != QCZ_OK:
            raise_error(&error, "segment")
        self.filled += size

    def view(self, size_t start, size_t end):
        """Return the bytes *start* to *end*, which are there. Raises ValueError if they are not."""
        if not start <= end <= self.filled:
            raise ValueError("these bytes of the block are not there yet")
        return memoryview(self.memory)[start:end]

    def take(self):
        """Return the whole content. Raises ValueError if some of it is not there."""
        if self.filled != self.size:
            raise ValueError("some of the block is not there yet")
        return self.memory
