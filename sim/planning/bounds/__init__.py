"""What other rosters gain at most, the rules as they are: cutting planes."""
