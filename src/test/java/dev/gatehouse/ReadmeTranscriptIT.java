package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Types the README's console blocks into a shell, in their order, and compares what it prints with what stands there. */
@Tag("tools")
class ReadmeTranscriptIT {
    private static final Pattern CONSOLE = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL);
    private static final String PROMPT = "$ ";

    @Test
    void theTranscriptIsWhatTheServiceAnswers() throws Exception {
        Tools.assumePresent("bash", Tools.succeeds("bash", "--version"));
        Tools.assumePresent("curl", Tools.succeeds("curl", "--version"));
        try (PackagedService service =
                PackagedService.ready(TestPostgres.newDatabase(), Map.of("GATEHOUSE_PASSWORD_COST", "4"))) {
            String transcript = transcript();
            String script = transcript
                    .lines()
                    .filter(line -> line.startsWith(PROMPT) || line.startsWith("> "))
                    .map(line -> line.substring(2))
                    .collect(Collectors.joining("\n"))
                    .replace("localhost:8080", "localhost:" + service.port());
            String expected = transcript
                    .lines()
                    .filter(line -> !line.startsWith(PROMPT) && !line.startsWith("> "))
                    .collect(Collectors.joining("\n"));
            assertThat(script.lines().filter(line -> line.startsWith("curl"))).hasSizeGreaterThan(4);
            assertThat(normalized(run(script))).isEqualTo(normalized(expected));
        }
    }

    private static String transcript() throws IOException {
        Matcher blocks = CONSOLE.matcher(Files.readString(Path.of("README.md")));
        StringBuilder transcript = new StringBuilder();
        while (blocks.find()) {
            transcript.append(blocks.group(1));
        }
        return transcript.toString();
    }

    /** Every command is followed by a line break, which curl does not print behind a body. */
    private static String run(String script) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder(List.of("bash", "-s"))
                .redirectErrorStream(true)
                .start();
        try (var input = shell.outputWriter(StandardCharsets.UTF_8)) {
            input.write("curl() { command curl \"$@\"; echo; }\n" + script + "\n");
        }
        String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(output).isZero();
        return output;
    }

    /** Without what differs from one run to the next: tokens and times. */
    private static String normalized(String text) {
        return text.replaceAll("eyJ[\\w-]+(\\.[\\w-]+\\.[\\w-]+|\\.{3})", "TOKEN")
                .replaceAll("(\"refresh_token\":)\"[\\w.-]+\"", "$1\"TOKEN\"")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "TIME")
                .strip();
    }
}
