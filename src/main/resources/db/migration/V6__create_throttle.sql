-- What is counted: failed attempts for a name, from a network, for a name from a network, of a session, and sign-ups.
CREATE TABLE throttle_bucket (
    -- A keyed hash of what is counted: neither the names that people try nor addresses stand here in clear.
    id            bytea       PRIMARY KEY,
    kind          text        NOT NULL,
    -- Where what is counted belongs to an account.
    account_id    uuid,
    -- Attempts count from when they are reserved, but for networks: there those under way are counted apart.
    failures      integer     NOT NULL DEFAULT 0,
    -- By periods of two minutes, this one and the one before: what a replica that died had under way ends with its period.
    under_way     integer     NOT NULL DEFAULT 0,
    under_way_before integer  NOT NULL DEFAULT 0,
    period        bigint      NOT NULL DEFAULT 0,
    -- Since when one failure after the other is forgotten.
    counted_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    blocked_until timestamptz,
    -- Until when a network counts as one from which the account logs in.
    known_until   timestamptz,
    audited_at    timestamptz,
    judged_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
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

CREATE FUNCTION throttle_period(moment timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CAST(floor(extract(epoch FROM moment) / 120) AS bigint)
$$;

-- A row as it is now: locked, made where it is missing, with what has been forgotten meanwhile taken off. It is judged at
-- a moment at which the lock was held: others may have been waited for.
CREATE FUNCTION throttle_current(bucket_id bytea, bucket_kind text, account uuid, decay double precision)
RETURNS throttle_bucket LANGUAGE plpgsql AS $$
DECLARE
    bucket throttle_bucket;
    moment timestamptz;
    forgotten integer;
BEGIN
    INSERT INTO throttle_bucket AS b (id, kind, account_id) VALUES (bucket_id, bucket_kind, account)
        ON CONFLICT (id) DO UPDATE SET account_id = COALESCE(excluded.account_id, b.account_id)
        RETURNING * INTO bucket;
    moment := clock_timestamp();
    bucket.judged_at := moment;
    forgotten := floor(extract(epoch FROM moment - bucket.counted_at) / decay);
    IF forgotten >= bucket.failures THEN
        bucket.failures := 0;
        bucket.counted_at := moment;
    ELSIF forgotten > 0 THEN
        bucket.failures := bucket.failures - forgotten;
        bucket.counted_at := bucket.counted_at + make_interval(secs => forgotten * decay);
    END IF;
    IF bucket.period < throttle_period(moment) THEN
        bucket.under_way_before :=
            CASE WHEN bucket.period = throttle_period(moment) - 1 THEN bucket.under_way ELSE 0 END;
        bucket.under_way := 0;
        bucket.period := throttle_period(moment);
    END IF;
    RETURN bucket;
END
$$;

-- Keeps a row, unless it says nothing: attempts without a verdict must not fill the table.
CREATE FUNCTION throttle_store(bucket throttle_bucket, decay double precision)
RETURNS void LANGUAGE sql AS $$
    DELETE FROM throttle_bucket
    WHERE id = bucket.id AND bucket.failures = 0 AND bucket.under_way + bucket.under_way_before = 0
        AND bucket.blocked_until IS NULL AND bucket.known_until IS NULL AND bucket.audited_at IS NULL;
    UPDATE throttle_bucket SET
        failures = bucket.failures,
        under_way = bucket.under_way,
        under_way_before = bucket.under_way_before,
        period = bucket.period,
        counted_at = bucket.counted_at,
        blocked_until = bucket.blocked_until,
        known_until = bucket.known_until,
        judged_at = bucket.judged_at,
        expires_at = greatest(bucket.known_until, bucket.blocked_until, bucket.judged_at + interval '1 hour',
            bucket.counted_at + make_interval(secs => bucket.failures * decay))
    WHERE id = bucket.id
$$;

-- Counts an attempt in all of its rows or in none. The rows are locked in the order in which they are given, which is
-- the same for all callers: from the widest to the narrowest. Where the last one is known, it alone decides.
CREATE FUNCTION throttle_reserve(
    ids bytea[], kinds text[], account uuid, free integer[], most integer[], room integer[], decay double precision[],
    first_wait double precision, longest_wait double precision,
    OUT wait double precision, OUT refused_by text, OUT tell boolean, OUT known boolean,
    OUT reserved_in bigint)
LANGUAGE plpgsql AS $$
DECLARE
    last_one integer := array_length(ids, 1);
    bucket throttle_bucket;
    refusing bytea;
    allowed boolean;
    -- How many may be under way: all that may still fail and the room, or when none may, less with each that did.
    bound integer;
BEGIN
    wait := 0;
    tell := false;
    reserved_in := throttle_period(clock_timestamp());
    known := EXISTS (SELECT FROM throttle_bucket WHERE id = ids[last_one] AND known_until > clock_timestamp());
    BEGIN
        FOR i IN (CASE WHEN known THEN last_one ELSE 1 END) .. last_one LOOP
            bucket := throttle_current(ids[i], kinds[i], CASE WHEN room[i] = 0 THEN account END, decay[i]);
            bound := CASE WHEN bucket.failures <= free[i] THEN room[i] + free[i] - bucket.failures
                ELSE greatest(1, room[i] >> least(bucket.failures - free[i], 30)) END;
            allowed := false;
            IF bucket.blocked_until > bucket.judged_at OR bucket.failures >= most[i] THEN
                wait := greatest(
                    extract(epoch FROM bucket.blocked_until - bucket.judged_at),
                    CASE WHEN bucket.failures >= most[i] THEN extract(epoch FROM bucket.counted_at - bucket.judged_at)
                        + decay[i] * (bucket.failures - most[i] + 1) END);
            ELSIF room[i] > 0 AND bucket.under_way + bucket.under_way_before >= bound THEN
                wait := first_wait;
            ELSE
                allowed := true;
            END IF;
            IF NOT allowed THEN
                wait := greatest(wait, 0.001);
                refused_by := kinds[i];
                refusing := ids[i];
                RAISE EXCEPTION USING ERRCODE = 'GH429';
            END IF;
            IF room[i] > 0 AND bucket.period = reserved_in THEN
                bucket.under_way := bucket.under_way + 1;
            ELSIF room[i] > 0 THEN -- The next period has begun while this call waited.
                bucket.under_way_before := bucket.under_way_before + 1;
            ELSE
                bucket.failures := bucket.failures + 1;
                bucket.blocked_until := bucket.judged_at + throttle_wait(bucket.failures, free[i], first_wait, longest_wait);
            END IF;
            PERFORM throttle_store(bucket, decay[i]);
        END LOOP;
    EXCEPTION WHEN SQLSTATE 'GH429' THEN
        -- Nothing is counted, and no row is left that was made for this attempt.
        UPDATE throttle_bucket SET audited_at = clock_timestamp()
            WHERE id = refusing AND (audited_at IS NULL OR audited_at < clock_timestamp() - interval '1 hour');
        tell := FOUND;
        -- A name may have been attacked before it was an account's.
        IF account IS NOT NULL THEN
            FOR i IN 1 .. last_one LOOP
                UPDATE throttle_bucket SET account_id = account
                    WHERE id = ids[i] AND kind IN ('name', 'pair') AND account_id IS NULL;
            END LOOP;
        END IF;
    END;
END
$$;

-- Says how an attempt ended that was reserved in a period: 'succeeded', 'failed', or 'none' where no verdict was reached.
CREATE FUNCTION throttle_settle(
    ids bytea[], kinds text[], account uuid, free integer[], room integer[], decay double precision[],
    first_wait double precision, longest_wait double precision, known_for double precision, verdict text,
    reserved_in bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    bucket throttle_bucket;
BEGIN
    FOR i IN 1 .. array_length(ids, 1) LOOP
        bucket := throttle_current(ids[i], kinds[i], CASE WHEN room[i] = 0 THEN account END, decay[i]);
        IF room[i] > 0 THEN
            IF bucket.period = reserved_in THEN
                bucket.under_way := greatest(0, bucket.under_way - 1);
            ELSIF bucket.period = reserved_in + 1 THEN
                bucket.under_way_before := greatest(0, bucket.under_way_before - 1);
            END IF;
            IF verdict = 'failed' THEN
                bucket.failures := bucket.failures + 1;
                bucket.blocked_until := bucket.judged_at + throttle_wait(bucket.failures, free[i], first_wait, longest_wait);
            END IF;
        ELSIF verdict = 'succeeded' AND kinds[i] IN ('pair', 'own') THEN
            bucket.failures := 0;
            bucket.blocked_until := NULL;
            IF kinds[i] = 'pair' THEN
                bucket.known_until := bucket.judged_at + make_interval(secs => known_for);
            END IF;
        ELSIF verdict <> 'failed' THEN
            bucket.failures := greatest(0, bucket.failures - 1);
            bucket.blocked_until := NULL;
        END IF;
        PERFORM throttle_store(bucket, decay[i]);
    END LOOP;
END
$$;
