"""The rules: what is made, kept, charged and cleaned up."""
