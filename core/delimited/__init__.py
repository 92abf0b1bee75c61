"""How a delimited text file is laid out, and the errors of one that cannot be read."""
