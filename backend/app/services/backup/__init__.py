"""Backups that are whole and proven, and the way back from them."""
