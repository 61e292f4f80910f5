"""A history as numbers: its columns, its rows, its counts on a grid."""
