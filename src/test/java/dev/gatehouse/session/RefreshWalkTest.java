package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Api.Answer;
import dev.gatehouse.Sql;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Random walks of refreshes, each compared with a model of the rules in the contract. Any token of a session comes with any key or with none,
 * after any time. The model knows no clock but its own, and the row is aged by as much.
 */
@QuarkusTest
class RefreshWalkTest {
    private static final String PASSWORD = "a long enough password";

    /** A short form; docs/CONTRIBUTING.md has the command for twenty thousand. */
    private static final int STEPS = Integer.getInteger("steps", 600);

    private static final String NONE = "";
    private static final List<String> KEYS = List.of(NONE, "the-key-of-one-tab", "the-key-of-another");

    /** Seconds. Calls take less than a second each, so no judgement is near its bound. */
    private static final List<Integer> PAUSES = List.of(0, 0, 0, 14, 33, 1000);

    private static final int GRACE = 30;

    @Inject
    Sql sql;

    private final Random random = new Random(20_261_128);
    private final String username = "user-" + UUID.randomUUID();
    private Api api = new Api(0);

    @BeforeEach
    void signUp() {
        api = new Api(RestAssured.port);
        api.signUp(username, PASSWORD);
    }

    /** A token that a walk has got. */
    private record Token(String text, long generation, boolean isRefreshToken) {}

    /** What the contract says of one session. */
    private static final class Model {
        private long now;
        private long generation = 1;
        private final List<Long> leftAt = new ArrayList<>();
        private boolean refreshTokenUsed;
        private String key = NONE;
        private int counted;
        private long countedAt = Long.MIN_VALUE;
        private boolean ended;

        /** Returns the problem, or the generation that the answer is of. */
        String judge(Token token, String presentedKey) {
            if (ended) {
                return "session-ended";
            }
            boolean inGrace = isInGrace(token.generation());
            boolean current = token.generation() == generation;
            if (!token.isRefreshToken() && refreshTokenUsed && (current || inGrace)) {
                return "invalid-token";
            }
            if (current) {
                exchange(token, presentedKey);
            } else if (!inGrace && !isRepeated(token, presentedKey)) {
                ended = true;
                return "session-ended";
            }
            refreshTokenUsed |= token.isRefreshToken();
            return String.valueOf(generation);
        }

        private boolean isInGrace(long presented) {
            long behind = generation - presented;
            return (behind == 1 || behind == 2) && now - leftAt.get((int) presented - 1) < GRACE;
        }

        private void exchange(Token token, String presentedKey) {
            leftAt.add(now);
            generation++;
            key = token.isRefreshToken() ? presentedKey : NONE;
            counted = 0;
            countedAt = Long.MIN_VALUE;
        }

        private boolean isRepeated(Token token, String presentedKey) {
            boolean same = token.isRefreshToken()
                    && token.generation() == generation - 1
                    && !key.equals(NONE)
                    && key.equals(presentedKey);
            if (!same || counted == 5) {
                return false;
            }
            if (countedAt == Long.MIN_VALUE || now - countedAt >= GRACE) {
                counted++;
                countedAt = now;
            }
            return true;
        }
    }

    @Test
    void everyRefreshIsJudgedAsTheContractSays() {
        int longest = 0;
        for (int step = 0; step < STEPS; ) {
            int steps = walk(STEPS - step);
            step += steps;
            longest = Math.max(longest, steps);
        }
        assertThat(longest).isGreaterThan(10);
    }

    /** Walks with a new session until it has ended, and a step beyond. Returns the number of steps. */
    private int walk(int atMost) {
        Answer login = api.login(username, PASSWORD);
        UUID session = login.session();
        Model model = new Model();
        List<Token> tokens = new ArrayList<>();
        add(tokens, login);
        StringBuilder story = new StringBuilder("walk:");
        for (int step = 1; step <= atMost; step++) {
            int pause = PAUSES.get(random.nextInt(PAUSES.size()));
            age(session, pause);
            model.now += pause;
            Token token = tokens.get(Math.max(0, tokens.size() - 1 - random.nextInt(5)));
            String key = KEYS.get(random.nextInt(KEYS.size()));
            boolean endedBefore = model.ended;
            String expected = model.judge(token, key);
            story.append(" +").append(pause).append("s ").append(token.isRefreshToken() ? "refresh " : "access ");
            story.append(token.generation())
                    .append(" '")
                    .append(key)
                    .append("' ")
                    .append(expected)
                    .append(';');
            Answer answer = key.equals(NONE) ? api.refresh(token.text()) : api.refresh(token.text(), key);
            assertThat(answer.status() == 200 ? answer.claims().path("gen").asText() : answer.problem())
                    .as(story.toString())
                    .isEqualTo(expected);
            assertRow(session, model, story.toString());
            if (answer.status() == 200) {
                add(tokens, answer);
            }
            if (endedBefore) {
                return step;
            }
        }
        return atMost;
    }

    private void assertRow(UUID session, Model model, String story) {
        Map<String, @Nullable Object> row =
                sql.rows("SELECT * FROM session WHERE id = ?", session).getFirst();
        assertThat(row)
                .as(story)
                .containsEntry("generation", model.generation)
                .containsEntry("refresh_token_used", model.refreshTokenUsed)
                .containsEntry("repeats", model.counted)
                .containsEntry("end_reason", model.ended ? "reuse" : null);
    }

    private static void add(List<Token> tokens, Answer answer) {
        long generation = answer.claims().path("gen").asLong();
        tokens.add(new Token(answer.token(), generation, false));
        if (answer.json().has("refresh_token")) {
            tokens.add(new Token(answer.refreshToken(), generation, true));
        }
    }

    private void age(UUID session, int seconds) {
        sql.update("""
                UPDATE session SET
                    previous_left_at = previous_left_at - make_interval(secs => ?),
                    before_previous_left_at = before_previous_left_at - make_interval(secs => ?),
                    repeated_at = repeated_at - make_interval(secs => ?)
                WHERE id = ?""", (double) seconds, (double) seconds, (double) seconds, session);
    }
}
