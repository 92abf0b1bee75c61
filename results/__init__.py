"""One input file → its result folder: predictions, receipt, review, report, explanations."""
