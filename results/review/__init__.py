"""The texts that a coder is to decide: as a table, as a workbook and as a page."""
