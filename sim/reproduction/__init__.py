"""Stored results made again from their folder alone, and held against what is stored."""
