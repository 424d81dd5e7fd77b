"""What travels over HTTP: bodies in, bodies out, and the checks on them."""
