"""HTTP and nothing else: what comes in, what goes out, and which service does the work."""
