"""Policies played on common draws, and what they are worth."""
