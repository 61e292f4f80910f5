"""Satisfaction of customers: the rules over arrays, and what they are fitted to."""
