"""Pictures as plain data, and their drawing as SVG."""
