"""Benchmarks. `python -m bench` lists them; each verifies every round trip and keeps its numbers in bench/results."""
