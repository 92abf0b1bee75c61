"""Define what every package shares: ISCO-08, text cleaning, tables, settings, errors, files."""
