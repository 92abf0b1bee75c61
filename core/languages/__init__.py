"""The languages of the pages and the workbook: catalogues of their words, and number formats."""
