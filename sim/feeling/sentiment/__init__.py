"""Sentiment of the brand: simulated, steered, and where it settles."""
