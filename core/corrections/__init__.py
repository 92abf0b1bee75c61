"""Corrections: the rows of a file, and the folder that keeps them in their order."""
