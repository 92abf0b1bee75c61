"""Recognise input that is not an answer: known texts, numbers, random keys, spreadsheet errors."""
