"""Labelled records, bundled reference answers and corrections → the texts that a training uses."""
