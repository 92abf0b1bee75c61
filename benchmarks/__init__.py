"""Measurements of the program and of the model that ships; each script prints what it measured."""

from pathlib import Path

# Before any library that reports to its maker: see core/process_start.py.
import core as core

ROOT = Path(__file__).resolve().parent.parent
