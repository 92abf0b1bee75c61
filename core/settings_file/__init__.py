"""Reading config.yaml: its text, and its errors in plain words."""
