from typing import Any

from typing_extensions import Buffer

from ..tiling._codebooks import Codebooks
from ..tiling._parse import Parse
from ..tiling._tokens import Tokens

STREAM_NAMES: tuple[str, ...]

def encode_block(tokens: Tokens, books: Codebooks, parse: Parse) -> bytes: ...
def memory_needed(payload: Buffer, raw_size: int) -> int: ...
def decode_block(payload: Buffer, raw_size: int) -> bytes: ...
def inspect_block(payload: Buffer, raw_size: int) -> dict[str, Any]: ...
