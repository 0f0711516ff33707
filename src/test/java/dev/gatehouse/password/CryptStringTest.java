package dev.gatehouse.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CryptStringTest {
    private static final byte[] SALT = "0123456789abcdef".getBytes(UTF_8);
    private static final Hasher ALONE = (key, salt, cost, work) -> Bcrypt.hash(key, salt, cost);

    @Test
    void theSeedsHashIsThatOfItsPassword() {
        CryptString seeds = CryptString.parse("$2b$12$/Gq7g40zZ4/sQ9iWfqVze.Jx5HI5XwCrERITGG/wZivuZ9jhkd0bK")
                .orElseThrow();
        assertThat(seeds.matches(bytes("SpongePassword"), 4, ALONE)).isTrue();
        assertThat(seeds.matches(bytes("spongePassword"), 4, ALONE)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2a", "2b", "2y"})
    void theIdentsOfPlainBcryptMeanTheSame(String ident) {
        String made = CryptString.make(bytes("p\u00e4ssword"), SALT, 4, ALONE);
        assertThat(made).startsWith("$2b$04$");
        CryptString foreign =
                CryptString.parse(made.replace("$2b$", "$" + ident + "$")).orElseThrow();
        assertThat(foreign.matches(bytes("p\u00e4ssword"), 4, ALONE)).isTrue();
        assertThat(foreign.isCurrent(bytes("p\u00e4ssword"), 4)).isEqualTo(ident.equals("2b"));
    }

    /** Made by passlib 1.7.4. */
    @ParameterizedTest
    @CsvSource({
        "z, 73, '$bcrypt-sha256$v=2,t=2b,r=5$l8GelwaVPrmzIjN4fSPfrO$QrNxxRtoTUux51EsNmTp2egf600bkSS'",
        "'пароль ', 12, '$bcrypt-sha256$v=2,t=2b,r=5$hvPZsiHLviloNo8dRZ6ut.$HcI/83A7bvOv8.RK3/AhbrJEgI7258y'",
        "short one, 1, '$bcrypt-sha256$v=2,t=2b,r=5$WGRf9BkU3JU/MdLQz6KVqO$fVOwGuQg2z20H8lvuYOZH6GIVqRIhxC'"
    })
    void passlibsHashesVerify(String password, int times, String stored) {
        byte[] bytes = bytes(password.repeat(times));
        assertThat(CryptString.parse(stored).orElseThrow().matches(bytes, 4, ALONE))
                .isTrue();
        bytes[bytes.length - 1] ^= 1;
        assertThat(CryptString.parse(stored).orElseThrow().matches(bytes, 4, ALONE))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 80})
    void underALocaleWithOtherDigitsHashesAreTheSame(int length) {
        Locale before = Locale.getDefault();
        String made = CryptString.make(bytes("x".repeat(length)), SALT, 4, ALONE);
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG"));
            assertThat(CryptString.make(bytes("x".repeat(length)), SALT, 4, ALONE))
                    .isEqualTo(made);
            assertThat(CryptString.parse(made).orElseThrow().matches(bytes("x".repeat(length)), 4, ALONE))
                    .isTrue();
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void seventyTwoBytesArePlainAndOneMoreIsPrehashed() {
        String at72 = CryptString.make(bytes("x".repeat(72)), SALT, 4, ALONE);
        String at73 = CryptString.make(bytes("x".repeat(73)), SALT, 4, ALONE);
        assertThat(at72).startsWith("$2b$04$").hasSize(60);
        assertThat(at73).startsWith("$bcrypt-sha256$v=2,t=2b,r=4$");
        assertThat(CryptString.parse(at73).orElseThrow().matches(bytes("x".repeat(73)), 4, ALONE))
                .isTrue();
        assertThat(CryptString.parse(at73).orElseThrow().matches(bytes("x".repeat(72)), 4, ALONE))
                .isFalse();
        assertThat(CryptString.parse(at73).orElseThrow().matches(bytes("x".repeat(74)), 4, ALONE))
                .isFalse();
    }

    @Test
    void aLongerCandidateNeverMatchesThePlainForm() {
        CryptString at72 = CryptString.parse(CryptString.make(bytes("x".repeat(72)), SALT, 4, ALONE))
                .orElseThrow();
        assertThat(at72.matches(bytes("x".repeat(72)), 4, ALONE)).isTrue();
        assertThat(at72.matches(bytes("x".repeat(73)), 4, ALONE)).isFalse();
        assertThat(at72.matches(bytes("x".repeat(71)), 4, ALONE)).isFalse();
    }

    @Test
    void anotherCostOrFormIsNotCurrent() {
        byte[] shortOne = bytes("short one");
        CryptString plain =
                CryptString.parse(CryptString.make(shortOne, SALT, 4, ALONE)).orElseThrow();
        assertThat(plain.isCurrent(shortOne, 4)).isTrue();
        assertThat(plain.isCurrent(shortOne, 5)).isFalse();
        CryptString prehashed = CryptString.parse(
                        "$bcrypt-sha256$v=2,t=2b,r=5$OiCvbLp0NEBvVWZZKvjdS.$z4/xq8jj7OMs0yDFC5bXyCo8EVJ/P7C")
                .orElseThrow();
        assertThat(prehashed.isCurrent(shortOne, 5)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SpongePassword",
                "$2x$04$0123456789012345678901abcdefghijklmnopqrstuvwxyz01234",
                "$2b$03$0123456789012345678901abcdefghijklmnopqrstuvwxyz01234",
                "$2b$16$0123456789012345678901abcdefghijklmnopqrstuvwxyz01234",
                "$2b$4$0123456789012345678901abcdefghijklmnopqrstuvwxyz01234",
                "$2b$04$0123456789012345678901abcdefghijklmnopqrstuvwxyz0123",
                "$2b$04$0123456789012345678901abcdefghijklmnopqrstuvwxyz01234 ",
                "$bcrypt-sha256$v=1,t=2b,r=5$0123456789012345678901$abcdefghijklmnopqrstuvwxyz01234",
                "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
                "$6$salt$hash"
            })
    void whatIsNotOneOfTheFormsIsNotRead(String stored) {
        assertThat(CryptString.parse(stored)).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
