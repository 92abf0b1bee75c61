"""The command line: a file per command, what it takes and what it does.

Everything but ``isco`` is imported inside the function that runs: help comes at once, and serving
never loads torch.
"""
