"""Which process works on what, and which processes are alive."""
