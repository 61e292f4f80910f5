"""The pages of runs, plans, comparisons and calibrations."""
