-- What the engine foresees of a running period, for each availability objective: how fast its budget went in the last
-- hours and days, and when it will be used up. Replaced at every pass; history is in the readings.

CREATE TABLE outlook (
    agreement            text NOT NULL,
    objective            text NOT NULL,
    period_starts_at     timestamptz NOT NULL,
    period_ends_at       timestamptz NOT NULL CHECK (period_ends_at > period_starts_at),
    circuit              text NOT NULL,
    is_demo              boolean NOT NULL,
    seen_at              timestamptz NOT NULL,
    allowed_ratio        numeric NOT NULL CHECK (allowed_ratio BETWEEN 0 AND 1),
    budget_seconds       numeric NOT NULL,
    budget_left_seconds  numeric NOT NULL,
    service_seconds      bigint NOT NULL,
    ahead_seconds        bigint NOT NULL,
    bad_run_seconds      bigint NOT NULL,
    unknown_run_seconds  bigint NOT NULL,
    windows              jsonb NOT NULL,
    trend_seconds        bigint NOT NULL,
    trend_down_seconds   bigint NOT NULL,
    breach_at            timestamptz,
    payable              numeric,
    payable_if_breached  numeric,
    currency             text NOT NULL,
    service_day_seconds  bigint NOT NULL,
    interval_seconds     integer NOT NULL,
    PRIMARY KEY (agreement, objective, period_starts_at)
) WITH (fillfactor = 50);
COMMENT ON TABLE outlook IS 'Of each running period and availability objective: what is left, how fast it goes, and when it is gone. Service time throughout.';
COMMENT ON COLUMN outlook.seen_at IS 'Up to here readings were counted.';
COMMENT ON COLUMN outlook.service_seconds IS 'Service time of the whole period, without accepted maintenance.';
COMMENT ON COLUMN outlook.ahead_seconds IS 'Of these, the ones after seen_at.';
COMMENT ON COLUMN outlook.bad_run_seconds IS 'Measured bad without a break up to the last Δt, whatever the state; 0 = the last one was not bad.';
COMMENT ON COLUMN outlook.unknown_run_seconds IS 'Not measured without a break up to seen_at.';
COMMENT ON COLUMN outlook.windows IS 'By service seconds looked back on: [{"seconds": 3600, "bad_seconds": 50, "counted_seconds": 3600}, …], shortest first.';
COMMENT ON COLUMN outlook.breach_at IS 'When the budget is used up if the outage that runs goes on, else if the last seven days repeat; NULL = not within the period.';
COMMENT ON COLUMN outlook.service_day_seconds IS 'Service time of a day that has any, on the average of the period: 86400 around the clock. The day in "three days".';
COMMENT ON COLUMN outlook.interval_seconds IS 'Δt, the least that can be bad; 0 = states, which are cut by the second.';
COMMENT ON COLUMN outlook.payable IS 'Credit of the agreement and period as it stands.';
COMMENT ON COLUMN outlook.payable_if_breached IS 'The same, were this objective in breach at its first tier.';

CREATE TABLE restore_outlook (
    agreement        text NOT NULL,
    objective        text NOT NULL,
    ticket           text NOT NULL,
    circuit          text NOT NULL,
    is_demo          boolean NOT NULL,
    opened_at        timestamptz NOT NULL,
    seen_at          timestamptz NOT NULL,
    at_most_seconds  bigint NOT NULL,
    elapsed_seconds  bigint NOT NULL,
    frozen_seconds   bigint NOT NULL,
    due_at           timestamptz,
    PRIMARY KEY (agreement, objective, ticket)
) WITH (fillfactor = 50);
COMMENT ON TABLE restore_outlook IS 'The clock of each open ticket of an agreement in force, whatever month it was opened in; replaced at every pass.';
COMMENT ON COLUMN restore_outlook.elapsed_seconds IS 'At seen_at, without freezes and without time outside service hours.';
COMMENT ON COLUMN restore_outlook.due_at IS 'When at_most_seconds will have gone by if nothing more is frozen; in the past once they have; NULL = not within a year.';
