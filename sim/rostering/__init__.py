"""Shift problems and rosters: who can work when, at what cost, under which rules."""
