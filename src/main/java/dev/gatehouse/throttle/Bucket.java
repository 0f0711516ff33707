package dev.gatehouse.throttle;

/**
 * One row that an attempt is counted in, and its bounds.
 *
 * @param subject what is counted, as text that no other subject of this kind has
 * @param free how many failures cost nothing; each further one doubles the wait
 * @param most how many failures there may be, beyond which one is let through each time that one is forgotten
 * @param room how many attempts may be under way without counting as failures; 0 where each counts from its start
 * @param decaySeconds how long it takes until one failure is forgotten
 */
record Bucket(Kind kind, String subject, int free, int most, int room, double decaySeconds) {}
