-- What is counted: failed attempts for a name, from a network, for a name from a network, of a session, and sign-ups.
CREATE TABLE throttle_bucket (
    -- A keyed hash of what is counted: neither the names that people try nor addresses stand here in clear.
    id            bytea       PRIMARY KEY,
    kind          text        NOT NULL,
    -- Where what is counted belongs to an account.
    account_id    uuid,
    -- Attempts count from when they are reserved, but for networks: there those under way are counted apart.
    failures      integer     NOT NULL DEFAULT 0,
    under_way     integer     NOT NULL DEFAULT 0,
    reserved_at   timestamptz,
    -- Since when one failure after the other is forgotten.
    counted_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    blocked_until timestamptz,
    -- Until when a network counts as one from which the account logs in.
    known_until   timestamptz,
    audited_at    timestamptz,
    -- From when on the row says nothing any more.
    expires_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX throttle_bucket_expires_at ON throttle_bucket (expires_at);
CREATE INDEX throttle_bucket_account_id ON throttle_bucket (account_id) WHERE account_id IS NOT NULL;

-- How long the next attempt has to wait after so many failures, of which the first "free" cost nothing.
CREATE FUNCTION throttle_wait(failures integer, free integer, first_wait double precision, longest_wait double precision)
RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN failures > free
        THEN make_interval(secs => least(longest_wait, first_wait * power(2, least(failures - free - 1, 40)))) END
$$;

-- A row as it is now: locked, made where it is missing, with what has been forgotten meanwhile taken off.
CREATE FUNCTION throttle_current(bucket_id bytea, bucket_kind text, account uuid, decay double precision, moment timestamptz)
RETURNS throttle_bucket LANGUAGE plpgsql AS $$
DECLARE
    bucket throttle_bucket;
    forgotten integer;
BEGIN
    INSERT INTO throttle_bucket AS b (id, kind, account_id) VALUES (bucket_id, bucket_kind, account)
        ON CONFLICT (id) DO UPDATE SET account_id = excluded.account_id
        RETURNING * INTO bucket;
    forgotten := floor(extract(epoch FROM moment - bucket.counted_at) / decay);
    IF forgotten >= bucket.failures THEN
        bucket.failures := 0;
        bucket.counted_at := moment;
    ELSIF forgotten > 0 THEN
        bucket.failures := bucket.failures - forgotten;
        bucket.counted_at := bucket.counted_at + make_interval(secs => forgotten * decay);
    END IF;
    -- What a replica that died had under way would be counted for ever on a busy network.
    IF bucket.reserved_at < moment - interval '2 minutes' THEN
        bucket.under_way := 0;
    END IF;
    RETURN bucket;
END
$$;

CREATE FUNCTION throttle_store(bucket throttle_bucket, decay double precision, moment timestamptz)
RETURNS void LANGUAGE sql AS $$
    UPDATE throttle_bucket SET
        failures = bucket.failures,
        under_way = bucket.under_way,
        reserved_at = bucket.reserved_at,
        counted_at = bucket.counted_at,
        blocked_until = bucket.blocked_until,
        known_until = bucket.known_until,
        expires_at = greatest(bucket.known_until, bucket.blocked_until, moment + interval '1 hour',
            bucket.counted_at + make_interval(secs => bucket.failures * decay))
    WHERE id = bucket.id
$$;

-- Counts an attempt in all of its rows or in none. The rows are locked in the order in which they are given, which is
-- the same for all callers: from the widest to the narrowest. Where the last one is known, it alone decides.
CREATE FUNCTION throttle_reserve(
    ids bytea[], kinds text[], account uuid, free integer[], most integer[], room integer[], decay double precision[],
    first_wait double precision, longest_wait double precision,
    OUT wait double precision, OUT refused_by text, OUT tell boolean, OUT known boolean)
LANGUAGE plpgsql AS $$
DECLARE
    last_one integer := array_length(ids, 1);
    moment timestamptz;
    bucket throttle_bucket;
    refusing bytea;
BEGIN
    wait := 0;
    tell := false;
    known := EXISTS (SELECT FROM throttle_bucket WHERE id = ids[last_one] AND known_until > clock_timestamp());
    BEGIN
        FOR i IN (CASE WHEN known THEN last_one ELSE 1 END) .. last_one LOOP
            bucket := throttle_current(ids[i], kinds[i], account, decay[i], clock_timestamp());
            moment := clock_timestamp();
            IF bucket.blocked_until > moment THEN
                wait := extract(epoch FROM bucket.blocked_until - moment);
            ELSIF bucket.failures >= most[i] THEN
                wait := extract(epoch FROM bucket.counted_at - moment) + decay[i];
            ELSIF room[i] > 0 AND bucket.under_way >= room[i] + greatest(0, free[i] - bucket.failures) THEN
                wait := first_wait;
            ELSIF room[i] > 0 THEN
                bucket.under_way := bucket.under_way + 1;
                bucket.reserved_at := moment;
            ELSE
                bucket.failures := bucket.failures + 1;
                bucket.blocked_until := moment + throttle_wait(bucket.failures, free[i], first_wait, longest_wait);
            END IF;
            IF wait > 0 THEN
                refused_by := kinds[i];
                refusing := ids[i];
                RAISE EXCEPTION USING ERRCODE = 'GH429';
            END IF;
            PERFORM throttle_store(bucket, decay[i], moment);
        END LOOP;
    EXCEPTION WHEN SQLSTATE 'GH429' THEN
        -- Nothing is counted, and no row is left that was made for this attempt.
        UPDATE throttle_bucket SET audited_at = clock_timestamp()
            WHERE id = refusing AND (audited_at IS NULL OR audited_at < clock_timestamp() - interval '1 hour');
        tell := FOUND;
    END;
END
$$;

-- Says how an attempt ended: 'succeeded', 'failed', or 'none' where no verdict was reached.
CREATE FUNCTION throttle_settle(
    ids bytea[], kinds text[], account uuid, free integer[], room integer[], decay double precision[],
    first_wait double precision, longest_wait double precision, known_for double precision, verdict text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz;
    bucket throttle_bucket;
BEGIN
    FOR i IN 1 .. array_length(ids, 1) LOOP
        CONTINUE WHEN verdict = 'failed' AND room[i] = 0;
        bucket := throttle_current(ids[i], kinds[i], account, decay[i], clock_timestamp());
        moment := clock_timestamp();
        IF room[i] > 0 THEN
            bucket.under_way := greatest(0, bucket.under_way - 1);
            IF verdict = 'failed' THEN
                bucket.failures := bucket.failures + 1;
                bucket.blocked_until := moment + throttle_wait(bucket.failures, free[i], first_wait, longest_wait);
            END IF;
        ELSIF verdict = 'succeeded' AND kinds[i] IN ('pair', 'own') THEN
            bucket.failures := 0;
            bucket.blocked_until := NULL;
            IF kinds[i] = 'pair' THEN
                bucket.known_until := moment + make_interval(secs => known_for);
            END IF;
        ELSE
            bucket.failures := greatest(0, bucket.failures - 1);
            bucket.blocked_until := NULL;
        END IF;
        PERFORM throttle_store(bucket, decay[i], moment);
    END LOOP;
END
$$;
