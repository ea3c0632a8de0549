"""Measurements of speed and memory: ``python -m benchmarks``; see README.md."""

import os

# Before numpy is imported: one thread.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
