"""Demand fitted to counts: profile of the week, busyness, bursts and events."""
