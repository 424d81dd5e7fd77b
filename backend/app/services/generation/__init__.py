"""Making an image: check, reserve, make, settle."""
