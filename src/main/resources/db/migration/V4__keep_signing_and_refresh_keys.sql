-- From one key for each purpose to keys that follow one another. Their instants are stamped by the database.
ALTER TABLE service_key
    DROP CONSTRAINT service_key_pkey,
    -- A signing key's is its thumbprint (RFC 7638), the kid of its tokens; the one key of names has its purpose's name.
    ADD COLUMN id           text        COLLATE "C",
    -- As in RFC 7518, 3.1 and RFC 8037, 3.1: ES256, RS256, EdDSA, or HS256 for a secret.
    ADD COLUMN algorithm    text        NOT NULL DEFAULT 'HS256',
    -- SubjectPublicKeyInfo (RFC 5280, 4.1.2.7); none for a secret.
    ADD COLUMN public_key   bytea,
    -- The encryption key that "material" is wrapped under, by its id; in clear when there is none.
    ADD COLUMN wrapped_under text,
    -- None while a signing key stands by.
    ADD COLUMN signs_from   timestamptz,
    ADD COLUMN stopped_at   timestamptz,
    -- A signing key that has stopped keeps no private half.
    ALTER COLUMN material DROP NOT NULL;

UPDATE service_key SET id = purpose;

ALTER TABLE service_key
    ADD PRIMARY KEY (id),
    ALTER COLUMN algorithm DROP DEFAULT,
    ADD CONSTRAINT service_key_purpose CHECK (purpose IN ('signing', 'refresh', 'name-hash'));
