-- A login. Every instant is stamped and compared by the database's clock_timestamp(); the replicas' clocks may differ.
-- Nothing here refreshes or authenticates: a refresh token is made of the id and the generation under a key that is not
-- in this table.
CREATE TABLE session (
    id                 uuid        PRIMARY KEY,
    -- No foreign key: what stays of an ended session outlives a deleted account until its access tokens have expired.
    account_id         uuid        NOT NULL,
    -- The username. NULL once the session has ended, as are address and user_agent.
    subject            text        COLLATE "C",
    -- Moved on by one by every refresh that is not answered out of the grace.
    generation         bigint      NOT NULL DEFAULT 1,
    -- When the generation before the current one was left, and the one before that.
    left_last          timestamptz,
    left_before_last   timestamptz,
    -- From then on the session's access tokens no longer refresh.
    refresh_token_used boolean     NOT NULL DEFAULT false,
    created_at         timestamptz NOT NULL,
    last_used_at       timestamptz NOT NULL,
    idle_limit         timestamptz NOT NULL,
    absolute_limit     timestamptz NOT NULL,
    ended_at           timestamptz,
    -- The transaction that ended it, by which replicas find what they have not read yet.
    ended_in           xid8,
    end_reason         text,
    user_agent         text,
    address            text,
    -- When the sweeper looks at the row next. Not moved by a refresh, so that a refresh touches no index.
    sweep_at           timestamptz NOT NULL,
    CONSTRAINT session_ended_check CHECK (num_nonnulls(ended_at, ended_in, end_reason) IN (0, 3))
) WITH (fillfactor = 80); -- Room for a refreshed row beside its older self.

CREATE INDEX session_account_id_idx ON session (account_id) WHERE ended_at IS NULL;
CREATE INDEX session_ended_in_idx ON session (ended_in) INCLUDE (id) WHERE ended_in IS NOT NULL;
CREATE INDEX session_sweep_at_idx ON session (sweep_at);
