"""The database: engine, unit of work, schema."""
