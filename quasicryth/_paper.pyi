from typing import Any

from typing_extensions import Buffer

from ._codebooks import Codebooks
from ._parse import Parse
from ._tokens import Tokens

STREAM_NAMES: tuple[str, ...]

def encode_block(tokens: Tokens, books: Codebooks, parse: Parse) -> bytes: ...
def memory_needed(payload: Buffer, raw_size: int) -> int: ...
def decode_block(payload: Buffer, raw_size: int) -> bytes: ...
def inspect_block(payload: Buffer, raw_size: int) -> dict[str, Any]: ...
