"""The machine that measured, how time and memory are taken, and where results are kept."""
