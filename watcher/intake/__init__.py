"""Which files are complete, and which daemon processes them."""
