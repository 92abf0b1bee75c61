"""The packages of the program."""

PACKAGES = (
    "core",
    "inference",
    "exporters",
    "training",
    "results",
    "watcher",
    "distributed",
    "cli",
    "isco",
)
"""The names of all packages at the top: also the names of the loggers that are the program's own,
and where templates lie.
"""
