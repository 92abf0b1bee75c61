"""Which words of a text are typos, and what was meant."""
