package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's client of refresh tokens survives lost responses, here in Node with what it needs of a browser. */
@Tag("tools")
class ReadmeClientIT {
    private static final String PASSWORD = "a long enough password";

    /** Without a grace, so that only the key helps. */
    private static final Map<String, String> SETTINGS =
            Map.of("GATEHOUSE_PASSWORD_COST", "4", "GATEHOUSE_SESSION_GRACE", "PT0S");

    private static final String BROWSER = """
            const items = new Map();
            globalThis.localStorage = {
              getItem: (name) => items.get(name) ?? null,
              setItem: (name, value) => void items.set(name, value),
              removeItem: (name) => void items.delete(name),
            };
            let last = Promise.resolve();
            const locks = { request: (name, action) => (last = last.then(action, action)) };
            Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
            """;

    private static final String WALK = """
            import './browser.mjs';
            import assert from 'node:assert/strict';
            import { accessToken, store } from './client.mjs';

            let lost = 0;
            const send = globalThis.fetch;
            globalThis.fetch = async (...request) => {
              const response = await send(...request);
              if (lost-- > 0) throw new TypeError('the response was lost');
              return response;
            };

            assert.equal(await accessToken(), null);
            let used = process.env.REFRESH_TOKEN;
            for (let round = 0; round < 3; round++) {
              store({ access_token: 'old', refresh_token: used, expires_in: 0 });
              lost = 3;
              for (let n = 0; n < 3; n++) await assert.rejects(accessToken, TypeError);
              const tabs = await Promise.all([accessToken(), accessToken(), accessToken()]);
              assert.equal(new Set(tabs).size, 1);
              assert.notEqual(tabs[0], 'old');
              const stored = JSON.parse(localStorage.getItem('gatehouse'));
              assert.notEqual(stored.refreshToken, used);
              assert.equal(stored.key, undefined);
              used = stored.refreshToken;
            }
            store({ access_token: 'old', refresh_token: process.env.REFRESH_TOKEN, expires_in: 0 });
            assert.equal(await accessToken(), null);
            assert.equal(localStorage.getItem('gatehouse'), null);
            """;

    @Test
    void itGetsTheNextTokensHoweverManyResponsesAreLost(@TempDir Path folder) throws Exception {
        Tools.assumePresent("node", Tools.succeeds("node", "--version"));
        try (PackagedService service = PackagedService.ready(TestPostgres.newDatabase(), SETTINGS)) {
            service.api().signUp("somebody", PASSWORD);
            Answer login = service.api().login("somebody", PASSWORD);
            String origin = "http://localhost:" + service.port();
            Files.writeString(folder.resolve("client.mjs"), client().replace("https://auth.example", origin));
            Files.writeString(folder.resolve("browser.mjs"), BROWSER);
            Files.writeString(folder.resolve("walk.mjs"), WALK);
            ProcessBuilder node = new ProcessBuilder("node", "walk.mjs")
                    .directory(folder.toFile())
                    .redirectErrorStream(true);
            node.environment().put("REFRESH_TOKEN", login.refreshToken());

            Process process = node.start();

            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
        }
    }

    private static String client() throws IOException {
        Matcher block =
                Pattern.compile("```js\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("README.md")));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }
}
