-- What a hash says of its own cost, so that the highest is found without reading them all.
ALTER TABLE account
    ADD COLUMN password_cost smallint GENERATED ALWAYS AS (
        CAST(substring(password_hash FROM '^\$(?:2[aby]\$|bcrypt-sha256\$v=2,t=2b,r=)([0-9]{1,2})\$') AS smallint)) STORED;

CREATE INDEX account_password_cost ON account (password_cost);
