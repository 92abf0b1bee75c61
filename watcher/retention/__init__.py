"""Remove what is older than the office keeps it."""
