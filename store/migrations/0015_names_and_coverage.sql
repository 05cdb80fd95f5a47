-- What dashboards need to speak as the terminal board does: the least coverage that an availability objective demands
-- before anything is judged, and the carrier's name beside its code.
ALTER TABLE objective ADD COLUMN min_coverage_ratio numeric CHECK (min_coverage_ratio BETWEEN 0 AND 1);
COMMENT ON COLUMN objective.min_coverage_ratio IS 'availability: the least measured share of a period that is judged; NULL = none, or registered before this was kept';
ALTER TABLE circuit ADD COLUMN carrier_name text;
COMMENT ON COLUMN circuit.carrier_name IS 'as people call it; NULL = registered before this was kept';
