"""Alertmanager: reads what lasts, tells each one of it, and writes its configuration and maintenance as silences."""
