package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.FaultLoad.Answers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Kills, freezes and restarts a real Postgres, and the packaged service itself, while clients call it, and prints what they
 * saw. The long form, {@code .ci/faults}, holds the times to what is promised; the short one does not measure.
 */
class FaultsIT {
    /** Each kind once, unless told otherwise. */
    private static final int FAULTS = Integer.getInteger("faults", Kind.values().length);

    private static final boolean LONG = FAULTS >= 100;
    private static final Duration SLOWEST_503 = Duration.ofSeconds(2);
    private static final Duration SLOWEST_RECOVERY = Duration.ofSeconds(3);
    private static final Duration A_HANG = Duration.ofSeconds(10);
    private static final int AT_ONCE = 300;

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "GATEHOUSE_PASSWORD_COST", "4",
            "GATEHOUSE_THROTTLE_SIGNUP_LIMIT", "100000",
            "GATEHOUSE_THROTTLE_FREE", "100",
            "QUARKUS_LOG_CATEGORY__GATEHOUSE_AUDIT__LEVEL", "OFF");

    /** What is done. */
    private enum Kind {
        FROZEN,
        KILLED,
        RESTARTED,
        CRASHED,
        THROWN_OUT,
        SERVICE_KILLED
    }

    /** What was seen of one fault. Times are in milliseconds, and negative where there was nothing to see. */
    private record Seen(Kind kind, long first503, long slowest503, long recovery, long slowestCheck, Answers answers) {}

    private final Random random = new Random(1);
    private final FaultyPostgres postgres = new FaultyPostgres();
    private String logBefore = "";
    private PackagedService service = PackagedService.ready(postgres.url(), ENVIRONMENT);

    FaultsIT() throws IOException {}

    @AfterEach
    void stop() throws IOException {
        Files.writeString(Path.of("target", "faults.log"), logBefore + service.log());
        service.close();
        postgres.close();
    }

    @Test
    void nothingThatWasAnsweredIsLostAndEverybodyIsAnswered() throws Exception {
        List<Seen> seen = new ArrayList<>();
        FaultLoad load = new FaultLoad(() -> service.api());
        try (load) {
            for (int n = 0; n < FAULTS; n++) {
                seen.add(fault(Kind.values()[n % Kind.values().length], load));
            }
        }
        Sql sql = Sql.of(postgres.url());
        long lost = lost(load.signedUp(), sql);
        String table = table(seen, load.signedUp().size(), lost);
        System.out.println(table);
        Files.writeString(Path.of("target", "faults.txt"), table);
        assertThat(load.signedUp()).isNotEmpty();
        assertThat(lost).isZero();
        assertNothingIsHalfDone(sql);
        assertThat(seen).allSatisfy(FaultsIT::assertPromised);
    }

    private static void assertPromised(Seen fault) {
        assertThat(fault.answers().unexpected()).as(fault.kind().name()).isEmpty();
        if (fault.kind() != Kind.SERVICE_KILLED) {
            assertThat(fault.answers().unanswered()).as(fault.kind().name()).isZero();
        }
        assertThat(fault.slowest503()).as("%s", fault).isLessThan((LONG ? SLOWEST_503 : A_HANG).toMillis());
        assertThat(fault.recovery()).as("%s", fault).isLessThan((LONG ? SLOWEST_RECOVERY : A_HANG).toMillis());
    }

    private Seen fault(Kind kind, FaultLoad load) throws Exception {
        TimeUnit.MILLISECONDS.sleep(300 + random.nextInt(300)); // The load goes on; the fault meets it anywhere.
        Answers before = load.takeAnswers();
        assertThat(before.unexpected()).isEmpty();
        if (LONG) { // Elsewhere the machine may be the fault.
            assertThat(before.unavailable()).as("503 without a fault").isZero();
        }
        long outage = 200L + random.nextInt(LONG ? 3_800 : 800);
        long begin = System.nanoTime();
        inflict(kind, outage, load);
        long returned = System.nanoTime();
        awaitRecovery();
        long recovered = System.nanoTime();
        Answers answers = load.takeAnswers();
        return new Seen(
                kind,
                answers.unavailable() == 0 ? -1 : millis(answers.firstUnavailable() - begin),
                answers.unavailable() == 0 ? -1 : millis(answers.slowestUnavailable()),
                millis(recovered - returned),
                millis(answers.slowestOfTokenChecks()),
                answers);
    }

    /** Does it, lets it last, and returns as soon as what was broken works again. */
    private void inflict(Kind kind, long outageMillis, FaultLoad load) throws Exception {
        switch (kind) {
            case FROZEN -> {
                postgres.freeze();
                load.burst(AT_ONCE);
                TimeUnit.MILLISECONDS.sleep(outageMillis);
                postgres.thaw();
            }
            case KILLED -> {
                postgres.kill();
                load.burst(AT_ONCE);
                TimeUnit.MILLISECONDS.sleep(outageMillis);
                postgres.start();
            }
            case RESTARTED -> {
                postgres.stop();
                postgres.start();
            }
            case CRASHED -> postgres.crash();
            case THROWN_OUT -> postgres.terminateConnections();
            case SERVICE_KILLED -> {
                service.kill();
                logBefore += service.log();
                service = PackagedService.ready(postgres.url(), ENVIRONMENT);
            }
        }
        postgres.awaitAnswer();
    }

    /** Until it is ready, and a call that needs the database is answered. */
    private void awaitRecovery() {
        service.awaitReady();
        Await.until(() -> service.api().login("changing", FaultLoad.PASSWORD).status() == 200, service::log);
    }

    private static long lost(Set<String> signedUp, Sql sql) {
        Set<String> lost = new HashSet<>(signedUp);
        sql.rows("SELECT username FROM account").forEach(row -> lost.remove(String.valueOf(row.get("username"))));
        return lost.size();
    }

    private static void assertNothingIsHalfDone(Sql sql) {
        assertThat(sql.number("SELECT count(*) FROM account WHERE id NOT IN"
                        + " (SELECT account_id FROM audit_event WHERE event = 'signup')"))
                .as("accounts of which the audit does not know")
                .isZero();
        assertThat(sql.number("SELECT count(*) FROM audit_event WHERE event = 'signup'"
                        + " AND account_id NOT IN (SELECT id FROM account)"))
                .as("sign-ups without an account")
                .isZero();
        assertThat(sql.number("SELECT count(*) FROM session WHERE id NOT IN (SELECT session_id FROM audit_event"
                        + " WHERE event IN ('login', 'password_changed'))"))
                .as("sessions of which the audit does not know")
                .isZero();
        assertThat(sql.number("SELECT COALESCE(max(live), 0) FROM (SELECT count(*) AS live FROM session"
                        + " JOIN account ON account.id = account_id"
                        + " WHERE username = 'to-and-fro' AND ended_at IS NULL"
                        + " AND session.created_at < password_changed_at GROUP BY account_id) AS older"))
                .as("sessions that outlived a change of the password")
                .isZero();
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    private static String table(List<Seen> seen, int signedUp, long lost) {
        StringBuilder table = new StringBuilder(
                "| fault | times | first 503 after, ms: median, longest | slowest 503, ms: median, longest"
                        + " | recovery, ms: median, longest | slowest token check, ms | 503s | without an answer |\n"
                        + "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        for (Kind kind : Kind.values()) {
            List<Seen> same = seen.stream().filter(one -> one.kind() == kind).toList();
            table.append("| %s | %d | %s | %s | %s | %d | %d | %s |%n"
                    .formatted(
                            kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                            same.size(),
                            quantiles(same.stream().map(Seen::first503).toList()),
                            quantiles(same.stream().map(Seen::slowest503).toList()),
                            quantiles(same.stream().map(Seen::recovery).toList()),
                            same.stream().mapToLong(Seen::slowestCheck).max().orElse(0),
                            same.stream()
                                    .mapToInt(one -> one.answers().unavailable())
                                    .sum(),
                            kind == Kind.SERVICE_KILLED
                                    ? "-"
                                    : Integer.toString(same.stream()
                                            .mapToInt(one -> one.answers().unanswered())
                                            .sum())));
        }
        return table.append("\nSign-ups answered: %d, of which were lost: %d%n".formatted(signedUp, lost))
                .toString();
    }

    private static String quantiles(List<Long> millis) {
        List<Long> sorted = millis.stream().filter(one -> one >= 0).sorted().toList();
        return sorted.isEmpty() ? "-" : sorted.get(sorted.size() / 2) + ", " + sorted.getLast();
    }
}
