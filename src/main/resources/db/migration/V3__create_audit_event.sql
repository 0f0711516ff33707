-- What happened to accounts and sessions, for whoever has to find out later. Accounts stand here by id, and what was
-- tried as a name and is none only as a keyed hash, because people type passwords into the wrong field.
CREATE TABLE audit_event (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    event       text        NOT NULL,
    account_id  uuid,
    session_id  uuid,
    name_hash   bytea,
    address     text,
    user_agent  text
);

CREATE INDEX audit_event_recorded_at_idx ON audit_event (recorded_at);

-- Append-only: no row is changed, and none removed before it is a day old, the shortest retention.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_event is append-only';
END
$$;

CREATE TRIGGER audit_event_is_not_changed BEFORE UPDATE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

CREATE TRIGGER audit_event_is_kept BEFORE DELETE ON audit_event
    FOR EACH ROW WHEN (OLD.recorded_at > clock_timestamp() - interval '1 day') EXECUTE FUNCTION refuse_audit_change();
