"""Whether a coder's answers disagree with the model and the neighbours more than by chance."""
