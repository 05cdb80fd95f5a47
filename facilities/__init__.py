"""What exists and what was promised: reads the inventory (TOML), writes nothing. Parks, circuits, zones, tenants, agreements, calendars."""
