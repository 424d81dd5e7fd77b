"""The library of images: search, galleries, trash, use."""
