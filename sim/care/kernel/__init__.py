"""The kernel: the same operation compiled, over arrays."""
