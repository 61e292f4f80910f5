"""Exports of other tools: how files, headers, times and gaps are written, and what is meant."""
