"""The one meeting point of all stages: reads and writes rows in PostgreSQL, with TimescaleDB where it is there."""
