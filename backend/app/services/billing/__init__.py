"""What paid calls cost, and what bounds them."""
