"""The formats of input files: which are read, how each is recognised, and its records as text."""
