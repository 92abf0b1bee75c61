"""Letters of an input: which encoding they are in, and what is no letter of a text."""
