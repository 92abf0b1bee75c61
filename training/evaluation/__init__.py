"""How good a model is, where it errs, and whether it may replace the model in service."""
