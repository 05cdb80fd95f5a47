"""What exists and what was promised: reads the inventory (TOML: parks, circuits, agreements …), writes nothing."""
