-- The database stamps every instant: the clocks of the replicas may differ.

CREATE TABLE account (
    id                  uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    -- As PRECIS UsernameCaseMapped prepares it (RFC 8265, 3.3). Names are compared byte by byte.
    username            text        COLLATE "C" NOT NULL,
    -- Modular crypt format: $2a$, $2b$, $2y$ or $bcrypt-sha256$.
    password_hash       text        NOT NULL,
    -- The cost in the hash, indexed so that the highest cost is found without a scan of the table.
    password_cost       smallint    GENERATED ALWAYS AS (
        CAST(substring(password_hash FROM '^\$(?:2[aby]\$|bcrypt-sha256\$v=2,t=2b,r=)([0-9]{1,2})\$') AS smallint)) STORED,
    created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    password_changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT account_username_key UNIQUE (username)
);

CREATE INDEX account_password_cost ON account (password_cost);

-- The keyed hash of a deleted account's name, so that the name is never given out again.
CREATE TABLE deleted_name (
    name_hash  bytea       PRIMARY KEY,
    deleted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Keys that the service makes for itself.
CREATE TABLE service_key (
    -- The id of a signing key is its thumbprint (RFC 7638), the kid of its tokens.
    id            text        COLLATE "C" PRIMARY KEY,
    purpose       text        NOT NULL,
    -- As in RFC 7518, 3.1 and RFC 8037, 3.1: ES256, RS256, EdDSA, or HS256 for a secret.
    algorithm     text        NOT NULL,
    -- SubjectPublicKeyInfo (RFC 5280, 4.1.2.7). NULL for a secret.
    public_key    bytea,
    -- The private half or the secret. NULL for a signing key that has stopped.
    material      bytea,
    -- The id of the encryption key that wraps "material". NULL if "material" is not encrypted.
    wrapped_under text,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- NULL while a signing key is on standby.
    signs_from    timestamptz,
    stopped_at    timestamptz,
    CONSTRAINT service_key_purpose CHECK (purpose IN ('signing', 'refresh', 'name-hash'))
);

-- A session begins with a login. No value in this table refreshes or authenticates: a refresh token is made of the id and
-- the generation under a key that is not in this table.
CREATE TABLE session (
    id                      uuid        PRIMARY KEY,
    -- Without a foreign key: an ended session outlives a deleted account until its access tokens have expired.
    account_id              uuid        NOT NULL,
    -- The username. NULL once the session has ended, as are address and user_agent.
    subject                 text        COLLATE "C",
    -- Each refresh adds one, except a refresh within the grace.
    generation              bigint      NOT NULL DEFAULT 1,
    -- When the generation before the current one was left, and the generation before that.
    previous_left_at        timestamptz,
    before_previous_left_at timestamptz,
    -- True once a refresh token was accepted. The access tokens of the session then no longer refresh.
    refresh_token_used      boolean     NOT NULL DEFAULT false,
    -- SHA-256 over the id, the generation that the last exchange was made with, and its Idempotency-Key. NULL if it had
    -- none. A release that does not know this column leaves the hash of an older generation behind, which never matches.
    exchange_hash           bytea,
    -- How many answers to a repeated exchange were counted since, and when the last one was.
    repeats                 integer     NOT NULL DEFAULT 0,
    repeated_at             timestamptz,
    created_at              timestamptz NOT NULL,
    last_used_at            timestamptz NOT NULL,
    idle_limit              timestamptz NOT NULL,
    absolute_limit          timestamptz NOT NULL,
    ended_at                timestamptz,
    -- The transaction that ended the session. Replicas search by it for ended sessions that they have not read yet.
    ended_in                xid8,
    end_reason              text,
    -- NULL unless a replica whose clock was ahead issued an access token or ended the session. The row is then kept until here.
    tokens_until            timestamptz,
    user_agent              text,
    address                 text,
    -- When the sweeper looks at the row next. A refresh does not change this column, so that it writes to no index.
    sweep_at                timestamptz NOT NULL,
    -- A refresh computes with these.
    CONSTRAINT session_finite_check CHECK (generation > 0 AND isfinite(created_at) AND isfinite(absolute_limit)),
    CONSTRAINT session_ended_check CHECK (num_nonnulls(ended_at, ended_in, end_reason) IN (0, 3))
) WITH (fillfactor = 80); -- Leaves room on the page for the new version of a refreshed row.

CREATE INDEX session_account_id_idx ON session (account_id) WHERE ended_at IS NULL;
CREATE INDEX session_ended_in_idx ON session (ended_in) INCLUDE (id) WHERE ended_in IS NOT NULL;
CREATE INDEX session_sweep_at_idx ON session (sweep_at);

-- What happened to accounts and sessions. Accounts are named by id. A name that belongs to no account is kept only as a
-- keyed hash, because people type passwords into the wrong field.
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

-- The table is append-only. No row is changed, and no row is deleted before it is 24 hours old, the shortest retention. A day
-- of the calendar has 25 hours when clocks go back in the time zone of the connection.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_event is append-only';
END
$$;

CREATE TRIGGER audit_event_is_not_changed BEFORE UPDATE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

CREATE TRIGGER audit_event_is_kept BEFORE DELETE ON audit_event
    FOR EACH ROW WHEN (OLD.recorded_at > clock_timestamp() - interval '24 hours') EXECUTE FUNCTION refuse_audit_change();

-- Counts of the throttle: failed attempts for a name, from a network, for a name from a network, of a session; sign-ups.
-- The rules are in throttle/Count.java.
CREATE TABLE throttle_bucket (
    -- A keyed hash of what is counted, so that the table holds neither names nor addresses in clear.
    id               bytea       PRIMARY KEY,
    kind             text        NOT NULL,
    -- NULL unless the counted attempts are for an account.
    account_id       uuid,
    -- Attempts count from their reservation. In the rows of networks, attempts that are under way are counted apart.
    failures         integer     NOT NULL DEFAULT 0,
    -- By periods of two minutes, the current one and the one before. Attempts of a replica that died end with their period.
    under_way        integer     NOT NULL DEFAULT 0,
    under_way_before integer     NOT NULL DEFAULT 0,
    period           bigint      NOT NULL DEFAULT 0,
    -- Since when failures are forgotten one by one.
    counted_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    blocked_until    timestamptz,
    -- Until when the account counts as one that logs in from this network.
    known_until      timestamptz,
    audited_at       timestamptz,
    -- From then on the row has no effect.
    expires_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX throttle_bucket_expires_at ON throttle_bucket (expires_at);
CREATE INDEX throttle_bucket_account_id ON throttle_bucket (account_id) WHERE account_id IS NOT NULL;
