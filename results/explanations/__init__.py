"""Explanations of a batch: which records are to be explained, and the pages that explain them."""
