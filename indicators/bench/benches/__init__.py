"""The benches themselves; every file here is found by itself (see indicators/bench/__init__.py)."""
