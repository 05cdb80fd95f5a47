"""Collect: reads the world (MQTT messages, active probes, files), writes readings and quarantine rows to the store."""
