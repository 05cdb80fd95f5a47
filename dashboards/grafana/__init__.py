"""Dashboards as code for Grafana: reads the texts of store/queries, writes classic dashboard JSON in both languages."""
