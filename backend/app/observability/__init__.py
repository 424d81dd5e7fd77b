"""Logs, error reports and metrics."""
