"""What every room may use: bytes and buffers, checksums, limits, threads, progress.

Nothing here knows what a frame is. `_checksum` is the compiled one.
"""
