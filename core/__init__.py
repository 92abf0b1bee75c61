"""Define what every package shares: ISCO-08, text cleaning, tables, settings, errors, files."""

from core.process_start import report_nothing

report_nothing()
