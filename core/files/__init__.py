"""Files and folders of the program: written whole, hashed, read with suspicion, removed in time."""
