"""What exists and what was promised: reads the inventory (parks, circuits, tenants, agreements; TOML), writes nothing."""
