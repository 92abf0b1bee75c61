"""What the questions of a survey ask, as far as it tells a column."""
