"""Surface the state: reads verdicts and readings, writes nothing. The terminal board and the figures for Prometheus."""
