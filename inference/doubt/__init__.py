"""What is in doubt: answers of a coder who disagrees more than by chance, and unclear records."""
