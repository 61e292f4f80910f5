"""The search for a policy: candidates, moves, and the choice among the best."""
