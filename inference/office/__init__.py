"""Confidence fitted to the office that codes and corrects."""
