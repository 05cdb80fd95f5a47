-- An exclusion is a correction of the past, so it has an author, a decision by somebody else, and a trace that nobody
-- can write by hand. Who acts is the login (session_user), never an argument: SET ROLE and SECURITY DEFINER change
-- current_user alone. When is the clock, not now(): a transaction held open before the works may not decide after them.

ALTER TABLE exclusion
    ADD COLUMN proposed_by text, ADD COLUMN proposed_at timestamptz,
    ADD COLUMN decided_by text, ADD COLUMN decided_at timestamptz,
    ADD COLUMN reason text CHECK (length(reason) BETWEEN 1 AND 2000),
    ADD COLUMN evidence text CHECK (length(evidence) BETWEEN 1 AND 2000);
COMMENT ON COLUMN exclusion.proposed_by IS 'The login that wrote its kind, span and announcement as they stand; NULL = recorded before this release.';

CREATE TABLE exclusion_event (
    event_id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    exclusion          text NOT NULL,
    circuit_id         integer NOT NULL,
    acted_at           timestamptz NOT NULL,
    acted_by           text NOT NULL,
    connected_as       text NOT NULL,
    from_decision      text,
    to_decision        text NOT NULL,
    from_kind          text,
    kind               text NOT NULL,
    from_starts_at     timestamptz,
    starts_at          timestamptz NOT NULL,
    from_ends_at       timestamptz,
    ends_at            timestamptz NOT NULL,
    from_announced_at  timestamptz,
    announced_at       timestamptz,
    reason             text,
    evidence           text,
    xid                xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX exclusion_event_of ON exclusion_event (exclusion, circuit_id);
COMMENT ON TABLE exclusion_event IS 'Everything that was ever proposed, changed and decided about exclusions; written by a trigger, never changed.';
COMMENT ON COLUMN exclusion_event.connected_as IS 'The login that opened the session; another than acted_by only after SET SESSION AUTHORIZATION, which a superuser may.';

-- The login that opened this session, whatever it made of itself since. With the owner's rights: an operator may have
-- lost what PUBLIC can do with pg_stat_get_activity (p2i tenants).
CREATE FUNCTION connected_login() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT pg_get_userbyid(usesysid)::text FROM pg_stat_get_activity(pg_backend_pid())), session_user)
$$;

CREATE FUNCTION exclusion_needs_two() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who        CONSTANT text := session_user;
    acted_at   CONSTANT timestamptz := clock_timestamp();
    named      CONSTANT text := format('exclusion "%s"', new.exclusion);
    has_begun  CONSTANT boolean := new.starts_at <= acted_at;
    new_terms  boolean;
    new_words  boolean;
BEGIN
    IF NOT (new.starts_at >= '0001-01-01Z' AND new.ends_at < '9999-12-31Z'
            AND coalesce(new.announced_at >= '0001-01-01Z' AND new.announced_at < '9999-12-31Z', true)) THEN
        RAISE EXCEPTION '%: an instant lies outside the years 1 to 9999', named;
    END IF;
    new.reason := nullif(btrim(new.reason, E' \t\r\n'), '');
    new.evidence := nullif(btrim(new.evidence, E' \t\r\n'), '');

    IF tg_op = 'INSERT' THEN
        IF num_nonnulls(new.proposed_by, new.proposed_at, new.decided_by, new.decided_at) > 0 THEN
            RAISE EXCEPTION '%: who and when are written by the database', named;
        END IF;
        new.proposed_by := who;
        new.proposed_at := acted_at;
        IF new.decision <> 'proposed' THEN
            IF new.decision = 'accepted' AND has_begun THEN
                RAISE EXCEPTION '%: it has begun: propose it, and another login accepts it', named;
            END IF;
            new.decided_by := who;
            new.decided_at := acted_at;
        END IF;
        new.xid := pg_current_xact_id();
        RETURN new;
    END IF;

    IF (new.exclusion, new.circuit_id) IS DISTINCT FROM (old.exclusion, old.circuit_id) THEN
        RAISE EXCEPTION '%: its id and circuit stay; reject it and propose another', named;
    END IF;
    IF (new.proposed_by, new.proposed_at, new.decided_by, new.decided_at)
        IS DISTINCT FROM (old.proposed_by, old.proposed_at, old.decided_by, old.decided_at) THEN
        RAISE EXCEPTION '%: who and when are written by the database', named;
    END IF;
    new_terms := (new.kind, new.starts_at, new.ends_at, new.announced_at)
        IS DISTINCT FROM (old.kind, old.starts_at, old.ends_at, old.announced_at);
    new_words := (new.reason, new.evidence) IS DISTINCT FROM (old.reason, old.evidence);
    IF NOT new_terms AND NOT new_words AND new.decision = old.decision THEN
        RETURN new;  -- nothing is said anew (a restore translates xid)
    END IF;

    IF new_terms THEN  -- what was decided was decided of the old terms
        IF new.decision NOT IN ('proposed', old.decision) THEN
            RAISE EXCEPTION '%: change it first, then decide', named;
        END IF;
        new.decision := 'proposed';
        new.proposed_by := who;
        new.proposed_at := acted_at;
        new.decided_by := NULL;
        new.decided_at := NULL;
    ELSIF new.decision = 'proposed' THEN
        IF old.proposed_by IS NULL THEN  -- recorded before authors were: whoever takes it up answers for it
            new.proposed_by := who;
            new.proposed_at := acted_at;
            new.decided_by := NULL;
            new.decided_at := NULL;
        ELSIF old.decision <> 'proposed' THEN
            RAISE EXCEPTION '%: it is decided: decide again with a reason, or change what it says', named;
        ELSIF old.proposed_by <> who THEN
            RAISE EXCEPTION '%: proposed by %, who alone may reword it', named, old.proposed_by;
        END IF;
    ELSE
        IF old.decision <> 'proposed' AND (new.reason IS NULL OR new.reason IS NOT DISTINCT FROM old.reason) THEN
            RAISE EXCEPTION '%: it is decided: deciding again needs a reason of its own', named;
        END IF;
        IF new.decision = 'accepted' AND has_begun THEN
            IF old.proposed_by IS NULL THEN
                RAISE EXCEPTION '%: its author was not recorded: propose it again, and another login accepts it', named;
            ELSIF old.proposed_by = who THEN
                RAISE EXCEPTION '%: proposed by % (you), and it has begun: another login must accept it', named, who;
            ELSIF p2i.connected_login() <> who THEN
                RAISE EXCEPTION '%: this session connected as another login than %: connect as whoever decides',
                    named, who;
            END IF;
        END IF;
        new.decided_by := who;
        new.decided_at := acted_at;
    END IF;
    new.xid := pg_current_xact_id();
    RETURN new;
END $$;
CREATE TRIGGER exclusion_needs_two BEFORE INSERT OR UPDATE ON exclusion
    FOR EACH ROW EXECUTE FUNCTION exclusion_needs_two();

-- With the owner's rights, so that operators need none on the table of events: nobody forges a line of it.
CREATE FUNCTION exclusion_leaves_a_trace() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF tg_relid <> 'p2i.exclusion'::regclass THEN
        RAISE EXCEPTION 'only exclusions leave traces of exclusions';
    END IF;
    IF tg_op = 'INSERT' THEN
        INSERT INTO p2i.exclusion_event (exclusion, circuit_id, acted_at, acted_by, connected_as, to_decision, kind,
            starts_at, ends_at, announced_at, reason, evidence)
        VALUES (new.exclusion, new.circuit_id, new.proposed_at, session_user, p2i.connected_login(), new.decision,
            new.kind, new.starts_at, new.ends_at, new.announced_at, new.reason, new.evidence);
    ELSIF (new.kind, new.starts_at, new.ends_at, new.announced_at, new.decision, new.reason, new.evidence)
        IS DISTINCT FROM
        (old.kind, old.starts_at, old.ends_at, old.announced_at, old.decision, old.reason, old.evidence) THEN
        INSERT INTO p2i.exclusion_event (exclusion, circuit_id, acted_at, acted_by, connected_as, from_decision,
            to_decision, from_kind, kind, from_starts_at, starts_at, from_ends_at, ends_at, from_announced_at,
            announced_at, reason, evidence)
        VALUES (new.exclusion, new.circuit_id,
            CASE WHEN new.decided_at IS DISTINCT FROM old.decided_at AND new.decided_at IS NOT NULL THEN new.decided_at
                 WHEN new.proposed_at IS DISTINCT FROM old.proposed_at THEN new.proposed_at
                 ELSE clock_timestamp() END,
            session_user, p2i.connected_login(), old.decision, new.decision, old.kind, new.kind, old.starts_at,
            new.starts_at, old.ends_at, new.ends_at, old.announced_at, new.announced_at, new.reason, new.evidence);
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION exclusion_leaves_a_trace() FROM PUBLIC;
CREATE TRIGGER exclusion_leaves_a_trace AFTER INSERT OR UPDATE ON exclusion
    FOR EACH ROW EXECUTE FUNCTION exclusion_leaves_a_trace();

CREATE FUNCTION exclusion_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'an exclusion is never removed: reject it, with the reason';
END $$;
CREATE TRIGGER exclusion_stays BEFORE DELETE OR TRUNCATE ON exclusion
    FOR EACH STATEMENT EXECUTE FUNCTION exclusion_stays();

CREATE FUNCTION exclusion_event_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF tg_op = 'UPDATE' AND to_jsonb(new) - 'xid' = to_jsonb(old) - 'xid' THEN
        RETURN new;  -- a restore translates xid into the numbers of its server
    END IF;
    RAISE EXCEPTION 'what was proposed and decided about exclusions stays as it was written';
END $$;
CREATE TRIGGER exclusion_event_stays BEFORE UPDATE OR DELETE ON exclusion_event
    FOR EACH ROW EXECUTE FUNCTION exclusion_event_stays();
CREATE TRIGGER exclusion_event_is_never_emptied BEFORE TRUNCATE ON exclusion_event
    FOR EACH STATEMENT EXECUTE FUNCTION exclusion_event_stays();

-- Also for a superuser's session_replication_role: what goes around a rule must be seen to (DISABLE TRIGGER).
ALTER TABLE exclusion ENABLE ALWAYS TRIGGER exclusion_needs_two;
ALTER TABLE exclusion ENABLE ALWAYS TRIGGER exclusion_leaves_a_trace;
ALTER TABLE exclusion ENABLE ALWAYS TRIGGER exclusion_stays;
ALTER TABLE exclusion_event ENABLE ALWAYS TRIGGER exclusion_event_stays;
ALTER TABLE exclusion_event ENABLE ALWAYS TRIGGER exclusion_event_is_never_emptied;

-- A ticket has no second party, so what changes a month in passing is refused: its opening is corrected, or it is
-- withdrawn, with a reason, and every act leaves a trace that nobody can write by hand.
ALTER TABLE ticket
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN reason text CHECK (length(reason) BETWEEN 1 AND 2000);
COMMENT ON COLUMN ticket.withdrawn_at IS 'When it was withdrawn: it never was a fault here, and counts nowhere. NULL = it stands.';
COMMENT ON COLUMN ticket.reason IS 'Why it was withdrawn or its opening corrected, the latest of both.';

CREATE TABLE ticket_event (
    event_id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket             text NOT NULL,
    circuit_id         integer NOT NULL,
    acted_at           timestamptz NOT NULL,
    acted_by           text NOT NULL,
    connected_as       text NOT NULL,
    from_opened_at     timestamptz,
    opened_at          timestamptz NOT NULL,
    from_restored_at   timestamptz,
    restored_at        timestamptz,
    from_withdrawn_at  timestamptz,
    withdrawn_at       timestamptz,
    reason             text,
    xid                xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX ticket_event_of ON ticket_event (ticket, circuit_id);
CREATE INDEX ticket_event_xid ON ticket_event (xid);
COMMENT ON TABLE ticket_event IS 'Every opening, restoration, correction and withdrawal of tickets; written by a trigger, never changed.';

CREATE FUNCTION ticket_changes_with_a_reason() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    named CONSTANT text := format('ticket "%s"', new.ticket);
BEGIN
    new.reason := nullif(btrim(new.reason, E' \t\r\n'), '');
    IF tg_op = 'INSERT' THEN
        IF new.withdrawn_at IS NOT NULL THEN
            RAISE EXCEPTION '%: what was never entered is not withdrawn', named;
        END IF;
        RETURN new;
    END IF;
    IF (new.ticket, new.circuit_id) IS DISTINCT FROM (old.ticket, old.circuit_id) THEN
        RAISE EXCEPTION '%: its number and circuit stay; withdraw it and open another', named;
    END IF;
    IF new.opened_at IS DISTINCT FROM old.opened_at OR new.withdrawn_at IS DISTINCT FROM old.withdrawn_at THEN
        IF new.reason IS NULL OR new.reason IS NOT DISTINCT FROM old.reason THEN
            RAISE EXCEPTION '%: correcting its opening or withdrawing it needs a reason of its own', named;
        END IF;
        IF new.withdrawn_at IS NOT NULL THEN
            new.withdrawn_at := coalesce(old.withdrawn_at, clock_timestamp());
        END IF;
        new.xid := pg_current_xact_id();
    ELSIF old.withdrawn_at IS NOT NULL AND new.restored_at IS DISTINCT FROM old.restored_at THEN
        RAISE EXCEPTION '%: it was withdrawn', named;
    ELSIF new.reason IS DISTINCT FROM old.reason THEN
        RAISE EXCEPTION '%: the reason is that of a correction or withdrawal', named;
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER ticket_changes_with_a_reason BEFORE INSERT OR UPDATE ON ticket
    FOR EACH ROW EXECUTE FUNCTION ticket_changes_with_a_reason();

CREATE FUNCTION ticket_leaves_a_trace() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF tg_relid <> 'p2i.ticket'::regclass THEN
        RAISE EXCEPTION 'only tickets leave traces of tickets';
    END IF;
    IF tg_op = 'INSERT' THEN
        INSERT INTO p2i.ticket_event (ticket, circuit_id, acted_at, acted_by, connected_as, opened_at, restored_at, reason)
        VALUES (new.ticket, new.circuit_id, clock_timestamp(), session_user, p2i.connected_login(), new.opened_at,
            new.restored_at, new.reason);
    ELSIF (new.opened_at, new.restored_at, new.withdrawn_at) IS DISTINCT FROM
        (old.opened_at, old.restored_at, old.withdrawn_at) THEN
        INSERT INTO p2i.ticket_event (ticket, circuit_id, acted_at, acted_by, connected_as, from_opened_at, opened_at,
            from_restored_at, restored_at, from_withdrawn_at, withdrawn_at, reason)
        VALUES (new.ticket, new.circuit_id, clock_timestamp(), session_user, p2i.connected_login(), old.opened_at,
            new.opened_at, old.restored_at, new.restored_at, old.withdrawn_at, new.withdrawn_at,
            CASE WHEN new.reason IS DISTINCT FROM old.reason THEN new.reason END);
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION ticket_leaves_a_trace() FROM PUBLIC;
CREATE TRIGGER ticket_leaves_a_trace AFTER INSERT OR UPDATE ON ticket
    FOR EACH ROW EXECUTE FUNCTION ticket_leaves_a_trace();

CREATE FUNCTION ticket_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a ticket is never removed: withdraw it, with the reason';
END $$;
CREATE TRIGGER ticket_stays BEFORE DELETE OR TRUNCATE ON ticket
    FOR EACH STATEMENT EXECUTE FUNCTION ticket_stays();

CREATE FUNCTION ticket_event_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF tg_op = 'UPDATE' AND to_jsonb(new) - 'xid' = to_jsonb(old) - 'xid' THEN
        RETURN new;  -- a restore translates xid into the numbers of its server
    END IF;
    RAISE EXCEPTION 'what was entered about tickets stays as it was written';
END $$;
CREATE TRIGGER ticket_event_stays BEFORE UPDATE OR DELETE ON ticket_event
    FOR EACH ROW EXECUTE FUNCTION ticket_event_stays();
CREATE TRIGGER ticket_event_is_never_emptied BEFORE TRUNCATE ON ticket_event
    FOR EACH STATEMENT EXECUTE FUNCTION ticket_event_stays();

ALTER TABLE ticket ENABLE ALWAYS TRIGGER ticket_changes_with_a_reason;
ALTER TABLE ticket ENABLE ALWAYS TRIGGER ticket_leaves_a_trace;
ALTER TABLE ticket ENABLE ALWAYS TRIGGER ticket_stays;
ALTER TABLE ticket_event ENABLE ALWAYS TRIGGER ticket_event_stays;
ALTER TABLE ticket_event ENABLE ALWAYS TRIGGER ticket_event_is_never_emptied;
