"""SQL of how much is measured, over the time since a circuit is watched. Pure."""

from __future__ import annotations

from dashboards.grafana.sql import FROM, NOW, canonical


def covered() -> str:
    """The measured share of the range shown per circuit, 0..1, over the part of it since the circuit's first reading.

    Before its first reading nobody watched it; after it every silence counts, to the end of the range or the present. A
    circuit without any reading up to then, and one that is measured by probes alone, has no share.
    """
    return f"""SELECT covered.circuit, covered.facility, covered.tenant, known_seconds, watched_seconds,
       CASE WHEN watched_seconds > 0 THEN least(1, known_seconds / watched_seconds) END AS coverage_ratio
FROM (
{canonical("coverage")}
) AS covered
JOIN reporting.circuit ON circuit.circuit = covered.circuit
LEFT JOIN LATERAL (
    SELECT bucket_at FROM reporting.circuit_1h AS hour
    WHERE hour.circuit_id = circuit.circuit_id AND bucket_at < {FROM} ORDER BY bucket_at LIMIT 1
) AS before ON true
LEFT JOIN LATERAL (
    SELECT bucket_at FROM reporting.circuit_5m AS since
    WHERE before.bucket_at IS NULL AND since.circuit_id = circuit.circuit_id AND bucket_at >= {FROM}
        AND bucket_at < {NOW} ORDER BY bucket_at LIMIT 1
) AS first ON true
LEFT JOIN LATERAL (
    SELECT min(starts_at) AS starts_at FROM reporting.circuit_interval AS one
    WHERE one.circuit_id = circuit.circuit_id AND starts_at >= first.bucket_at
        AND starts_at < first.bucket_at + INTERVAL '5 minutes'
) AS reading ON true
CROSS JOIN LATERAL (
    SELECT nullif(greatest(0, extract(epoch FROM {NOW} - CASE WHEN before.bucket_at IS NOT NULL THEN {FROM}
                                                     ELSE coalesce(reading.starts_at, first.bucket_at) END)), 0)
               ::double precision AS watched_seconds
) AS watched"""
