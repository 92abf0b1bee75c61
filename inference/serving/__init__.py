"""Serve for long: what a daemon or a program keeps while models and corrections change."""
