"""Surface the state: reads verdicts and readings, writes nothing to the store. The terminal board and the figures for Prometheus."""
