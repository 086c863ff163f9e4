"""One question a file: how small, how fast, how much memory, beside whom."""
