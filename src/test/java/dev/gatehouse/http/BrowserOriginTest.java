package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts can be configured as the origin of a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserOriginTest {
    private final ValidatorFactory factory = Validation.buildDefaultValidatorFactory();
    private final Validator validator = factory.getValidator();

    /** The settings as an operator gives them. */
    private record Settings(
            boolean enabled,
            Optional<List<@BrowserOrigin String>> origins,
            List<String> exposedHeaders,
            Duration accessControlMaxAge,
            Optional<String> methods,
            Optional<String> headers,
            Optional<Boolean> accessControlAllowCredentials)
            implements CorsConfig {}

    @AfterAll
    void close() {
        factory.close();
    }

    private static Settings settings(String origin) {
        return new Settings(
                true,
                Optional.of(List.of("https://shop.example", origin)),
                List.of("ETag"),
                Duration.ZERO,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example",
                " https://app.example ",
                "http://app.example",
                "https://app.example:8443",
                "https://app.example:80",
                "http://app.example:443",
                "https://app.example:1",
                "https://app.example:65535",
                "http://localhost",
                "http://localhost:3000",
                "https://xn--bcher-kva.example",
                "https://xn--strae-oqa.example",
                "https://a_b.example",
                "https://a--b.example",
                "https://app.example.",
                "https://1.example",
                "https://1.2.3.4a",
                "https://0xg",
                "http://127.0.0.1",
                "http://127.0.0.1:8080",
                "http://255.249.199.0",
                "http://10.99.100.9",
                "http://[::1]",
                "http://[::1]:8080",
                "https://[2001:db8::1]",
                "https://[2001:db8:0:1:1:1:1:1]",
                "https://[1:0:0:2::3]",
                "https://[::ffff:102:304]",
                "https://[::]",
                "capacitor://localhost",
                "ionic://localhost",
                "tauri://localhost",
                "app://x",
                "app://x:80",
                "com.example.app://localhost",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "moz-extension://0f2f1c30-5f0c-4bd0-9c2e-2a6b5f2f2d60",
                "safari-web-extension://0F2F1C30-5F0C-4BD0-9C2E-2A6B5F2F2D60",
                "vscode-webview://0a1b2c"
            })
    void whatABrowserSendsIsTaken(String origin) {
        assertThat(validator.validate(settings(origin))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "*",
                "null",
                "app.example",
                "//app.example",
                "/https:.*/",
                "https:",
                "https://",
                "https:app.example",
                "https:/app.example",
                "https:///app.example",
                "https//app.example",
                "https://APP.example",
                "https://app.eXample:8443",
                "HTTPS://app.example",
                "Http://app.example",
                "Capacitor://localhost",
                "https://app.example:443",
                "http://app.example:80",
                "https://[::1]:443",
                "https://app.example:",
                "https://app.example:0",
                "https://app.example:00",
                "https://app.example:08443",
                "https://app.example:65536",
                "https://app.example:99999",
                "https://app.example:100000",
                "https://app.example:99999999999999999999",
                "https://app.example:-1",
                "https://app.example:+1",
                "https://app.example:x",
                "https://app.example:\u0661",
                "https://app.example:1:2",
                "capacitor://localhost:0",
                "capacitor://localhost:65536",
                "https://b\u00fccher.example",
                "https://app\u3002example",
                "https://b%C3%BCcher.example",
                "https://app.example/",
                "https://app.example/path",
                "https://app.example\\",
                "https://app.example?",
                "https://app.example?a=b",
                "https://app.example#",
                "https://app.example#a",
                "https://user@app.example",
                "https://user:password@app.example",
                "https://@app.example",
                "https://*.example",
                "https://*",
                "*://app.example",
                "https://app.example:*",
                "https://app .example",
                "https://app.example https://other.example",
                "https://app.example;https://other.example",
                "https://app.example\u0000",
                "https://app\n.example",
                "https://.app.example",
                "https://app..example",
                "https://app.example..",
                "https://.",
                "https://~app.example",
                "https://1",
                "https://1.2.3",
                "https://1.2.3.4.5",
                "https://01.2.3.4",
                "https://1.2.3.04",
                "https://1.2.3.00",
                "https://10.20.30.",
                "https://1.2.3.256",
                "https://1.2.3.4.",
                "https://0x7f000001",
                "https://app.0x",
                "https://app.1",
                "https://::1",
                "https://[::1",
                "https://[]",
                "https://[:]",
                "https://[0:0:0:0:0:0:0:1]",
                "https://[::0001]",
                "https://[2001:DB8::1]",
                "https://[2001:db8::0]",
                "https://[2001:db8:0:0:1:0:0:1]",
                "https://[2001:db8::1:1:1:1:1]",
                "https://[::1.2.3.4]",
                "https://[::ffff:1.2.3.4]",
                "https://[fe80::1%25eth0]",
                "https://[1::2::3]",
                "https://[127.0.0.1]",
                "app://[::0001]",
                "app://",
                "app:///",
                "app://x/",
                "capacitor://",
                "capacitor:localhost",
                "1app://x",
                "-app://x",
                "a_b://x",
                "file://",
                "file:///",
                "file://host",
                "data://x",
                "blob://x",
                "about://blank",
                "ws://app.example",
                "wss://app.example",
                "ftp://app.example",
                "javascript://x"
            })
    void anythingElseIsAFaultOfTheConfigurationThatNamesTheValue(String origin) {
        assertThat(validator.validate(settings(origin)))
                .singleElement()
                .satisfies(fault -> assertThat(fault.getMessage())
                        .startsWith("must be origins as browsers send them, such as ")
                        .endsWith(": " + origin));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://${user.home}", "https://{message}", "https://#{1}"})
    void theValueIsNamedAsItIs(String origin) {
        assertThat(validator.validate(settings(origin)))
                .singleElement()
                .satisfies(fault -> assertThat(fault.getMessage()).endsWith(": " + origin));
    }

    @ParameterizedTest
    @ValueSource(ints = {63, 64})
    void aLabelHas63CharactersAtMost(int length) {
        assertThat(validator.validate(settings("https://" + "a".repeat(length) + ".example")))
                .hasSize(length - 63);
    }
}
