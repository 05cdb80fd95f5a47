"""Surface the record: reads verdicts, writes statements (JSON and HTML) for tenants."""
