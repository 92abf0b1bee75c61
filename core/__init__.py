"""Define what every package shares: ISCO-08, text cleaning, tables, settings, errors, files."""

from core.offline import report_nothing

report_nothing()
