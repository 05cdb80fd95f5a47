"""Grafana's organisations: reads the logins of tenants and others and the dashboards, writes both into Grafana."""
