-- Counts over different spans, and totals that wrap elsewhere, are different series; what devices sent late is no sign of life.

ALTER TABLE sensor_series ADD COLUMN span_seconds numeric CHECK (span_seconds > 0);
ALTER TABLE sensor_series DROP CONSTRAINT sensor_series_sensor_channel_quantity_key;
ALTER TABLE sensor_series ADD UNIQUE NULLS NOT DISTINCT (sensor, channel, quantity, modulus, span_seconds);
COMMENT ON COLUMN sensor_series.span_seconds IS 'the time a count of a period covers; NULL = unknown, or no such count';

ALTER TABLE ingest ADD COLUMN is_historical boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN ingest.is_historical IS 'what devices had stored and sent late: it says nothing of what is there now';
