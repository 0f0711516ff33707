package dev.gatehouse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.key.RefreshKeys;
import dev.gatehouse.key.RefreshKeys.RefreshKey;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
class RefreshTokensTest {
    @Inject
    RefreshTokens refreshTokens;

    @Inject
    RefreshKeys keys;

    private final LiveSession session = new LiveSession(
            UUID.randomUUID(), "somebody", 7, Instant.EPOCH, Instant.EPOCH, Duration.ZERO, Instant.EPOCH);

    @Test
    void whatIsIssuedIsReadAndTheSameEachTime() {
        String token = RefreshTokens.issue(session, keys.current());
        assertThat(token).hasSize(84).matches("[\\w-]+").isEqualTo(RefreshTokens.issue(session, keys.current()));
        assertThat(refreshTokens.parse(token)).contains(new Credential.OfRefreshToken(session.id(), 7));
    }

    @Test
    void noOtherTextIsARefreshToken() {
        String token = RefreshTokens.issue(session, keys.current());
        for (int n = 0; n < token.length(); n++) {
            for (char other : new char[] {'A', 'z', '.', '=', ' ', '\u00e4'}) {
                if (token.charAt(n) != other) {
                    String changed = token.substring(0, n) + other + token.substring(n + 1);
                    assertThat(refreshTokens.parse(changed)).as(changed).isEmpty();
                }
            }
        }
        for (String text :
                new String[] {"", "x", token + "A", token + "=", token.substring(1), " " + token, "=".repeat(84)}) {
            assertThat(refreshTokens.parse(text)).as(text).isEmpty();
        }
        assertThat(refreshTokens.parse("A".repeat(84))).isEmpty();
    }

    @Test
    void anotherVersionIsRefusedAlsoWhenItsCodeIsRight() {
        byte[] token = Base64.getUrlDecoder().decode(RefreshTokens.issue(session, keys.current()));
        token[0] = 2;
        byte[] signed = Arrays.copyOf(token, token.length - RefreshKey.CODE_BYTES);
        System.arraycopy(keys.current().code(signed), 0, token, signed.length, RefreshKey.CODE_BYTES);
        String other = Base64.getUrlEncoder().withoutPadding().encodeToString(token);
        assertThat(refreshTokens.parse(other)).isEmpty();
    }
}
