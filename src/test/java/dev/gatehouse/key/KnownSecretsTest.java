package dev.gatehouse.key;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KnownSecretsTest {
    private static final Path RESOURCE = Path.of("src/main/resources/dev/gatehouse/key/known-secrets.bin");

    /** Of FastAPI's tutorial. */
    private static final String FASTAPI = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7";

    /** Of many tutorials on jjwt, which decodes it. */
    private static final String JJWT = "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970";

    private static void assertRefused(byte[] secret, String reason) {
        assertThat(AppSecret.of(secret).fault())
                .as(new String(secret, UTF_8))
                .hasValueSatisfying(fault -> assertThat(fault)
                        .startsWith(reason)
                        .contains("openssl rand -base64 32", "A new secret logs everybody out")
                        .doesNotContain(new String(secret, UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                FASTAPI,
                JJWT,
                "django-insecure-x9-crhobalg4ql+x#s-vyg^ern71r4#j=3kvnjb#-qlv_2x!m3",
                "This is an UNSECURE Secret. CHANGE THIS for production environments.",
                "ba5a9914-f2f5-4552-b281-2afffc4e2a3a",
                "ba5a9914f2f54552b2812afffc4e2a3a",
                // With a line break, quotes, and escapes in the list.
                "ad5b102595dc54d979a07579c4615c8778f9077d8cd443ab9d91abb80c75c0e1",
                "QWERTYUIOP~!@#$%^&*()_+ASDFGHJKL:\"~!@#$%^&*()_+ZXCVBNM<>?~!@#$%^&*()_+\"",
                "n2r5u8x/A%D*G-KaPdSgVkYp3s6v9y$B&E(H+MbQeThWmZq4t7w!z%C*F-J@NcRf",
                "DgdfliyERbvd77\u00f1flgk\u00b7&%/&6dsd4$EWE\u00b7$%DS345345"
            })
    void anEntryOfThePublicListIsRefused(String secret) {
        assertRefused(secret.getBytes(UTF_8), "is publicly known. ");
    }

    static Stream<byte[]> variants() {
        byte[] text = FASTAPI.getBytes(UTF_8);
        byte[] decoded = HexFormat.of().parseHex(FASTAPI);
        Base64.Encoder base64 = Base64.getEncoder();
        return Stream.concat(
                Stream.of(
                                FASTAPI.toUpperCase(Locale.ROOT),
                                FASTAPI + "\n",
                                FASTAPI + "\r\n",
                                "  " + FASTAPI + "\t",
                                "\"" + FASTAPI + "\"",
                                "'" + FASTAPI + "'\n",
                                "\ufeff" + FASTAPI,
                                FASTAPI.replaceAll("(..)(?=.)", "$1:"),
                                FASTAPI.replaceAll("(.{16})(?=.)", "$1\n"),
                                FASTAPI.replace('0', '\uff10').replace('a', '\uff21'),
                                FASTAPI.replaceAll("(.{8})", "$1\u200b"),
                                base64.encodeToString(text),
                                base64.withoutPadding().encodeToString(text),
                                "\"" + base64.encodeToString(text) + "\"\n",
                                Base64.getMimeEncoder().encodeToString(text),
                                HexFormat.of().formatHex(text),
                                base64.encodeToString(decoded),
                                Base64.getUrlEncoder().withoutPadding().encodeToString(decoded))
                        .map(variant -> variant.getBytes(UTF_8)),
                Stream.of(
                        decoded,
                        HexFormat.of().parseHex(JJWT),
                        FASTAPI.getBytes(UTF_16LE),
                        // Entries that are too short as they are.
                        base64.encode("The great white silver fox".getBytes(UTF_8)),
                        HexFormat.of()
                                .formatHex("n2r5u8x/A%D*G-C*F-J@NcRf".getBytes(UTF_8))
                                .getBytes(UTF_8),
                        "==== TikFoodApiAuthentication ====".getBytes(UTF_8)));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void anotherFormOfAnEntryIsRefused(byte[] secret) {
        assertRefused(secret, "is publicly known. ");
    }

    /** An entry is refused as a whole: with something random beside it, it is as hard to guess as that. */
    @Test
    void aPartOfAnEntryAndAnEntryWithMoreAreTaken() {
        for (String secret : List.of(
                FASTAPI.substring(1),
                FASTAPI.substring(0, 32),
                FASTAPI + "1",
                new StringBuilder(FASTAPI).reverse().toString())) {
            assertThat(KnownSecrets.fault(secret.getBytes(UTF_8))).as(secret).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "abababababababababababababababab",
                "Tz7!qTz7!qTz7!qTz7!qTz7!qTz7!qTz",
                "kW3vN8pQ2xR7mL4zkW3vN8pQ2xR7mL4z",
                "kW3vN8pQ2xR7mL4zkW3vN8pQ2xR7mL4z\n",
                "kW3vN8pQ2xR7mL4z-KW3VN8PQ2XR7ML4Z",
                "tz7q tz7q, tz7q; tz7q. tz7q! tz7q?",
                "\u043f\u0430\u0440\u043e\u043b\u044c\u043f\u0430\u0440\u043e\u043b\u044c\u043f\u0430\u0440\u043e",
                "= = = = = = = = = = = = = = = = = =",
                // In base64: the 16 characters above, twice.
                "a1czdk44cFEyeFI3bUw0emtXM3ZOOHBRMnhSN21MNHo="
            })
    void aShorterTextRepeatedIsRefused(String secret) {
        assertRefused(secret.getBytes(UTF_8), "is a shorter text repeated. ");
    }

    @Test
    void repeatedBytesThatAreNoTextAreRefused() {
        for (int period = 1; period <= 16; period++) {
            byte[] secret = new byte[32];
            for (int i = 0; i < secret.length; i++) {
                secret[i] = (byte) (200 + 3 * (i % period));
            }
            assertRefused(secret, "is a shorter text repeated. ");
        }
    }

    @Test
    void aTextIsRepeatedFromOneAndAHalfCopiesOn() {
        String text = "kW3vN8pQ2xR7mL4zYb5T9c";
        assertRefused(text.repeat(2).substring(0, 33).getBytes(UTF_8), "is a shorter text repeated. ");
        assertThat(KnownSecrets.fault(text.repeat(2).substring(0, 32).getBytes(UTF_8)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "please-CHANGE_ME-before-production-0001",
                "c.h.a.n.g.e.m.e 7f3a9d0c51e8b264 77",
                "<replace me with something long 12345>",
                "\uff43\uff48\uff41\uff4e\uff47\uff45\uff2d\uff25-7f3a9d0c51e8b264",
                "chan\u00adge\u200bme-7f3a9d0c51e8b264-0001",
                "ch\u00e5nge-me\u0301-7f3a9d0c51e8b264-0001",
                "your_secret_goes_here_0123456789abcd",
                "this is My Secret, nobody knows it 77",
                "SuperSecretKeyOfTheShop-7f3a9d0c51e8",
                "super-secret-jwt-token-with-at-least-32-characters-long",
                "\"my_secret_7f3a9d0c51e8b2641c0d9f\"",
                // In base64 and in hexadecimal: "changeme-7f3a9d0c51e8b264".
                "Y2hhbmdlbWUtN2YzYTlkMGM1MWU4YjI2NA==",
                "6368616E67656D652D37663361396430633531653862323634"
            })
    void aPlaceholderOfTemplatesAnywhereInItIsRefused(String secret) {
        assertRefused(secret.getBytes(UTF_8), "contains a placeholder ");
    }

    @Test
    void randomSecretsAreTaken() {
        SplittableRandom random = new SplittableRandom(20_261_128);
        for (int n = 0; n < 100_000; n++) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            assertTaken(HexFormat.of().formatHex(bytes).getBytes(ISO_8859_1));
            assertTaken(Base64.getEncoder().encode(bytes));
        }
    }

    @Test
    void randomSecretsOfOtherFormsAreTaken() {
        SplittableRandom random = new SplittableRandom(20_261_128);
        for (int n = 0; n < 10_000; n++) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            assertTaken(bytes);
            assertTaken(Base64.getUrlEncoder().withoutPadding().encode(bytes));
            assertTaken(HexFormat.of().formatHex(bytes, 0, 16).getBytes(ISO_8859_1));
            assertTaken(Base64.getEncoder().encode(Arrays.copyOf(bytes, 24)));
        }
    }

    private static void assertTaken(byte[] secret) {
        if (KnownSecrets.fault(secret).isPresent()) {
            assertThat(KnownSecrets.fault(secret))
                    .as(new String(secret, ISO_8859_1))
                    .isEmpty();
        }
    }

    @Test
    void theResourceHoldsSortedDistinctPrefixesOfHashes() throws IOException {
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(RESOURCE));
        List<Long> prefixes = new ArrayList<>();
        while (content.hasRemaining()) {
            prefixes.add(content.getLong());
        }
        assertThat(prefixes).hasSizeGreaterThan(2 * 1_818);
        for (int i = 1; i < prefixes.size(); i++) {
            assertThat(Long.compareUnsigned(prefixes.get(i - 1), prefixes.get(i)))
                    .isNegative();
        }
    }

    @Test
    void anEncryptionKeyThatEncryptsIsHeldToTheSame() {
        Map<String, String> faults = Map.of(
                Base64.getEncoder().encodeToString(HexFormat.of().parseHex(FASTAPI)), "is publicly known",
                Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes(UTF_8)),
                        "is a shorter text repeated",
                Base64.getEncoder().encodeToString("change-me-before-production-0001".getBytes(UTF_8)),
                        "contains a placeholder that templates have in place of a secret",
                Base64.getEncoder().encodeToString(new byte[32]), "is a shorter text repeated");
        faults.forEach((key, fault) -> assertThat(EncryptionKey.fault(key))
                .hasValue(fault + " (for example the output of: openssl rand -base64 32)"));
    }
}
