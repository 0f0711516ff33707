package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The snippets of docs/verifying-tokens.md. */
final class Snippets {
    private Snippets() {}

    /** The first block of a language. */
    static String first(String language) {
        return all(language).getFirst();
    }

    /** The blocks of a language, of which there is at least one. */
    static List<String> all(String language) {
        try {
            List<String> blocks = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                    .matcher(Files.readString(Path.of("docs", "verifying-tokens.md")))
                    .results()
                    .map((MatchResult block) -> block.group(1))
                    .toList();
            assertThat(blocks).as(language).isNotEmpty();
            return blocks;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
