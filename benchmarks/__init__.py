"""Measurements of the program and of the model that ships; each script prints what it measured."""
