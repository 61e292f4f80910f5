"""The reference engine: the operation as a person reads it, in SimPy, never tuned."""
