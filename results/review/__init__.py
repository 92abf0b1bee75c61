"""The texts that a person is asked to decide, as a table, a workbook and a page."""
