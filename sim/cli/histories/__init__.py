"""Verbs that read a history."""
