"""Named policies, and the workload that they read."""
