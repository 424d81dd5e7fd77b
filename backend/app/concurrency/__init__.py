"""Thread pools, bulkheads and file locks."""
