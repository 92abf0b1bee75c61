"""Records and corrections → a better model, or the reason why not. It needs PyTorch."""
