"""The command `qcz`: `entry` is where it begins, `interface` says what it understands, the other modules do one thing each."""
