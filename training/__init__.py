"""Records and corrections → a better checkpoint, or a reason why not. PyTorch lives here."""
