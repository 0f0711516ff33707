-- The rules of the throttle are in Java (throttle/Count.java). No release has called these functions.
DROP FUNCTION throttle_settle(bytea[], text[], uuid, integer[], integer[], double precision[], double precision,
    double precision, double precision, text, bigint);
DROP FUNCTION throttle_reserve(bytea[], text[], uuid, integer[], integer[], integer[], double precision[], double precision,
    double precision);
DROP FUNCTION throttle_store(throttle_bucket, double precision);
DROP FUNCTION throttle_current(bytea, text, uuid, double precision);
DROP FUNCTION throttle_period(timestamptz);
DROP FUNCTION throttle_wait(integer, integer, double precision, double precision);

-- The functions alone used it.
ALTER TABLE throttle_bucket DROP COLUMN judged_at;
