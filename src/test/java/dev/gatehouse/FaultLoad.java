package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Clients that sign up, log in, refresh, change passwords and show their tokens, and what they were told. They keep to what
 * they were promised: what was answered holds, and what was not can be tried again.
 */
final class FaultLoad implements AutoCloseable {
    static final String PASSWORD = "a long enough password";

    private static final int SIGNING_UP = 3;
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** What was answered since a fault began. Times are in nanoseconds. */
    static final class Answers {
        private int unavailable;
        private long firstUnavailable;
        private long slowestUnavailable;
        private long slowestOfTokenChecks;
        private int unanswered;
        private final List<String> unexpected = new ArrayList<>();

        int unavailable() {
            return unavailable;
        }

        /** When the first 503 came, as of {@link System#nanoTime}. */
        long firstUnavailable() {
            return firstUnavailable;
        }

        /** The longest time from a request to its 503. */
        long slowestUnavailable() {
            return slowestUnavailable;
        }

        long slowestOfTokenChecks() {
            return slowestOfTokenChecks;
        }

        int unanswered() {
            return unanswered;
        }

        /** Answers that are neither what was asked for nor 503. */
        List<String> unexpected() {
            return List.copyOf(unexpected);
        }
    }

    private final Supplier<Api> service;
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> signedUp = ConcurrentHashMap.newKeySet();
    private final AtomicInteger names = new AtomicInteger();
    private final String token;
    private final String refreshToken;
    private Answers answers = new Answers();
    private volatile boolean stopping;

    /** Begins, at a service that is ready. */
    FaultLoad(Supplier<Api> service) {
        this.service = service;
        assertThat(service.get().signUp("changing", PASSWORD).status()).isEqualTo(201);
        Answer login = service.get().login("changing", PASSWORD);
        this.token = login.token();
        this.refreshToken = login.refreshToken();
        for (int n = 0; n < SIGNING_UP; n++) {
            clients.execute(() -> forEver(this::signUpAndLogIn));
        }
        clients.execute(() -> forEver(this::checkToken));
        RefreshingClient refreshing = new RefreshingClient(refreshToken);
        clients.execute(() -> forEver(refreshing::refresh));
        ChangingClient changing = new ChangingClient();
        clients.execute(() -> forEver(changing::change));
    }

    /** Takes what was answered so far, and begins to note anew. */
    synchronized Answers takeAnswers() {
        Answers taken = answers;
        answers = new Answers();
        return taken;
    }

    /** The names whose sign-up was answered 201. */
    Set<String> signedUp() {
        return Set.copyOf(signedUp);
    }

    /** So many calls at once that need the database; returns once all have been answered. */
    void burst(int calls) throws InterruptedException {
        List<Future<?>> burst = new ArrayList<>();
        for (int n = 0; n < calls; n++) {
            burst.add(clients.submit(
                    () -> call("GET /sessions", 200, () -> service.get().sessions(token))));
        }
        for (Future<?> one : burst) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void forEver(Runnable calls) {
        try {
            while (!stopping) {
                calls.run();
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void signUpAndLogIn() {
        String name = "user-" + names.incrementAndGet();
        if (!call("POST /signup", 201, () -> service.get().signUp(name, PASSWORD))
                .is(201)) {
            return;
        }
        signedUp.add(name);
        Call login = call("POST /login", 200, () -> service.get().login(name, PASSWORD));
        if (login.is(200)) {
            call("POST /logout", 204, () -> service.get().logOut(login.answer().token()));
        }
    }

    private void checkToken() {
        long start = System.nanoTime();
        Call check = call("POST /secret", 200, () -> service.get().secret(token));
        if (check.is(200)) {
            noteTokenCheck(System.nanoTime() - start);
        }
    }

    private synchronized void noteTokenCheck(long nanos) {
        answers.slowestOfTokenChecks = Math.max(answers.slowestOfTokenChecks, nanos);
    }

    /** Who lost an answer asks again with what it has, and is never taken for a thief. */
    private final class RefreshingClient {
        private String current;

        RefreshingClient(String first) {
            this.current = first;
        }

        void refresh() {
            Call refresh = call("GET /refresh_token", 200, () -> service.get().refresh(current));
            if (refresh.is(200)) {
                current = refresh.answer().refreshToken();
            }
        }
    }

    /** Changes a password to and fro. After a lost answer one of the two is right, and never none or both. */
    private final class ChangingClient {
        private final String name = "to-and-fro";
        private boolean signedUp;
        private String current = PASSWORD;
        private String next = "another long password";

        void change() {
            signedUp = signedUp
                    || call("POST /signup", 201, () -> service.get().signUp(name, current))
                            .isAny(201, 409);
            Call login = call("POST /login", 200, () -> service.get().login(name, current));
            if (!signedUp || !login.is(200)) {
                return;
            }
            Call change = call(
                    "PUT /account/password",
                    200,
                    () -> service.get().changePassword(login.answer().token(), current, next));
            boolean changed = change.is(200) || (!change.is(403) && nextLogsIn());
            if (changed) {
                String before = current;
                current = next;
                next = before;
            }
        }

        /** Asks until it is told. */
        private boolean nextLogsIn() {
            while (!stopping) {
                Call login = call("POST /login", 200, () -> service.get().login(name, next), 401);
                if (login.isAny(200, 401)) {
                    return login.is(200);
                }
            }
            return false;
        }
    }

    /** How a call ended. */
    private record Call(Answer answer) {
        boolean is(int status) {
            return answer.status() == status;
        }

        boolean isAny(int one, int other) {
            return is(one) || is(other);
        }
    }

    private Call call(String what, int expected, Supplier<Answer> request) {
        return call(what, expected, request, expected);
    }

    private Call call(String what, int expected, Supplier<Answer> request, int alsoExpected) {
        long start = System.nanoTime();
        Answer answer;
        try {
            answer = request.get();
        } catch (UncheckedIOException e) {
            answer = Answer.NONE;
        }
        note(what, answer, answer.status() == expected || answer.status() == alsoExpected, start, System.nanoTime());
        return new Call(answer);
    }

    private synchronized void note(String what, Answer answer, boolean expected, long start, long end) {
        if (expected || stopping) {
            return;
        }
        if (answer.status() == 0) {
            answers.unanswered++;
        } else if (answer.status() == 503 && answer.problem().equals("database-unavailable")) {
            answers.unavailable++;
            answers.firstUnavailable = answers.unavailable == 1 ? end : answers.firstUnavailable;
            answers.slowestUnavailable = Math.max(answers.slowestUnavailable, end - start);
        } else {
            answers.unexpected.add(what + ": " + answer.status() + " " + answer.text());
        }
    }

    @Override
    public void close() {
        stopping = true;
        clients.close();
    }
}
