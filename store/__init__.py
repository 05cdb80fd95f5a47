"""Store: the one meeting point of all stages. Reads and writes rows in PostgreSQL with TimescaleDB; holds row types, intervals, migrations."""
