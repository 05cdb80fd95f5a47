-- Who logs in to read: roles made by `p2i tenants apply`, what each may see, and what is too small to show.

CREATE TABLE login (
    role_name   name PRIMARY KEY CHECK (role_name ~ '^r_[0-9a-f]{12}$'),
    audience    text NOT NULL CHECK (audience IN ('tenant', 'organisation', 'authority', 'auditor', 'operator')),
    code        text,
    made_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (audience, code),
    CHECK ((code IS NULL) = (audience IN ('auditor', 'operator')))
);
COMMENT ON TABLE login IS 'The LOGIN roles of p2i tenants: their names are random, because every login can read the names of all.';
COMMENT ON COLUMN login.code IS 'the tenant or organisation of the inventory';

ALTER TABLE reader ADD COLUMN sees_aggregates boolean NOT NULL DEFAULT false;
ALTER TABLE reader DROP CONSTRAINT reader_check;
ALTER TABLE reader ADD CONSTRAINT reader_check
    CHECK (sees_everything OR sees_aggregates OR tenant IS NOT NULL OR facility IS NOT NULL);
COMMENT ON COLUMN reader.sees_aggregates IS 'an authority: sums over the tenants of each park, no row of anybody';

CREATE TABLE disclosure (
    is_only        boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    least_people   integer NOT NULL DEFAULT 10 CHECK (least_people BETWEEN 2 AND 1000),
    least_tenants  integer NOT NULL DEFAULT 3 CHECK (least_tenants BETWEEN 3 AND 100),
    changed_at     timestamptz NOT NULL DEFAULT now(),
    changed_by     text NOT NULL DEFAULT session_user
);
COMMENT ON TABLE disclosure IS 'What is too small to show to those it is not about: p2i tenants apply --least-people.';
COMMENT ON COLUMN disclosure.least_people IS 'a count of people below it, other than nobody, is not shown; sums over tenants are rounded to it';
COMMENT ON COLUMN disclosure.least_tenants IS 'a sum over fewer tenants is not shown: of two, each could subtract itself';
INSERT INTO disclosure DEFAULT VALUES;
