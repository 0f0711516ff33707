-- Instants are stamped by the database: the replicas' clocks may differ.
CREATE TABLE account (
    id                  uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    -- As PRECIS UsernameCaseMapped prepared it (RFC 8265, 3.3); compared byte by byte.
    username            text        COLLATE "C" NOT NULL,
    -- Modular crypt format: $2a$, $2b$, $2y$ or $bcrypt-sha256$.
    password_hash       text        NOT NULL,
    created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    password_changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT account_username_key UNIQUE (username)
);

-- What stays of a deleted account, so that its name is never given out again.
CREATE TABLE deleted_name (
    name_hash  bytea       PRIMARY KEY,
    deleted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Keys that the service makes once for itself.
CREATE TABLE service_key (
    purpose    text        PRIMARY KEY,
    material   bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
