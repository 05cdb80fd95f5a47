-- What one circuit did between %(from)s and %(to)s as spans: outages by its agreements, exclusions (planned and
-- decided), and time of which nothing is known, up to %(now)s, clipped to what was asked. Known is by five minutes with
-- a known interval (or probe, where nobody ever measured intervals), or while a state up or down holds: by what the
-- agreements on the circuit go by; by both where they differ, by either where there is none.
-- Parameters: circuit, from, to, now.
WITH asked AS (
    SELECT circuit_id, tstzmultirange(tstzrange(%(from)s::timestamptz,
               greatest(%(from)s::timestamptz, least(%(to)s::timestamptz, %(now)s::timestamptz)))) AS span
    FROM reporting.circuit WHERE circuit = %(circuit)s
), agreed AS (
    SELECT coalesce(bool_or(interval_seconds IS NOT NULL), false) AS by_intervals,
           coalesce(bool_or(interval_seconds IS NULL), false) AS by_states,
           make_interval(secs => greatest(300, min(interval_seconds))) AS reach
    FROM reporting.objective WHERE circuit = %(circuit)s AND indicator = 'availability' AND is_listed
), buckets AS (
    SELECT bucket_at FROM reporting.circuit_5m
    WHERE circuit_id = ANY (ARRAY(SELECT circuit_id FROM asked)) AND intervals_known > 0
        AND bucket_at > %(from)s::timestamptz - INTERVAL '1 hour'
        AND bucket_at < least(%(to)s::timestamptz, %(now)s::timestamptz)
    UNION
    SELECT bucket_at FROM reporting.delay_5m
    WHERE circuit_id = ANY (ARRAY(SELECT circuit_id FROM asked))
        AND NOT (SELECT has_intervals FROM reporting.circuit_kinds WHERE circuit = %(circuit)s)
        AND bucket_at > %(from)s::timestamptz - INTERVAL '1 hour'
        AND bucket_at < least(%(to)s::timestamptz, %(now)s::timestamptz)
), measured AS (
    SELECT coalesce(range_agg(tstzrange(bucket_at, bucket_at + reach)), '{}') AS spans FROM buckets CROSS JOIN agreed
), states AS (
    (SELECT changed_at, state FROM reporting.circuit_state
     WHERE circuit_id = (SELECT circuit_id FROM asked) AND changed_at <= %(from)s
     ORDER BY changed_at DESC LIMIT 1)
    UNION ALL
    SELECT changed_at, state FROM reporting.circuit_state
    WHERE circuit_id = (SELECT circuit_id FROM asked) AND changed_at > %(from)s
        AND changed_at < least(%(to)s::timestamptz, %(now)s::timestamptz)
), held AS (
    SELECT state, changed_at AS starts_at, lead(changed_at, 1, 'infinity') OVER (ORDER BY changed_at) AS ends_at
    FROM states
), stated AS (
    SELECT coalesce(range_agg(tstzrange(starts_at, ends_at)), '{}') AS spans FROM held WHERE state <> 'unknown'
), unknown AS (
    SELECT unnest(asked.span - CASE WHEN by_intervals AND by_states THEN measured.spans * stated.spans
                                    WHEN by_intervals THEN measured.spans
                                    WHEN by_states THEN stated.spans
                                    ELSE measured.spans + stated.spans END) AS span
    FROM asked CROSS JOIN agreed CROSS JOIN measured CROSS JOIN stated
), shown AS (
    SELECT 'down' AS state, starts_at, ends_at, agreement AS said_by FROM reporting.outage
    WHERE circuit = %(circuit)s AND starts_at < %(to)s AND ends_at > %(from)s
        AND period_starts_at < %(to)s AND period_ends_at > %(from)s
    UNION ALL
    SELECT CASE WHEN decision = 'accepted' THEN 'excluded' ELSE decision END, starts_at, ends_at, exclusion
    FROM reporting.exclusion
    WHERE circuit = %(circuit)s AND starts_at < %(to)s AND ends_at > %(from)s
    UNION ALL
    SELECT 'unknown', lower(span), upper(span), NULL FROM unknown
)
SELECT state, greatest(starts_at, %(from)s) AS starts_at, least(ends_at, %(to)s) AS ends_at, said_by
FROM shown WHERE greatest(starts_at, %(from)s) < least(ends_at, %(to)s) ORDER BY starts_at, state, said_by
