-- Probes of one circuit by hour and class of round trip. Parameters: circuit, from, to.
SELECT bucket_at, delay_class, below_seconds, probes
FROM reporting.delay_1h JOIN reporting.delay_class USING (delay_class)
WHERE circuit = %(circuit)s AND bucket_at >= %(from)s AND bucket_at < %(to)s
ORDER BY bucket_at, delay_class
