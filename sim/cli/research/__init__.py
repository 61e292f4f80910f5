"""The verbs of researchers: reruns that prove a folder, analyses of sweeps."""
