"""Measurements of the served model; each module prints what it measured."""
