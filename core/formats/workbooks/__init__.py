"""Read the sheets of workbooks (.xlsx, .xls, .ods): their cells, their extent, their limits."""
