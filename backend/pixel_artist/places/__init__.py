"""The places: one file for each family of them."""
