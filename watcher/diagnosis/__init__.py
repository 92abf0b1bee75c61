"""Whether this machine, its folders and its settings can do the work, and what to do if not."""
