package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What docs/operations.md tells an operator to run or to write. */
public final class OperationsDocument {
    private OperationsDocument() {}

    /** The statements that begin with a text. */
    public static List<String> statements(String beginning) {
        return blocks("sql", beginning);
    }

    private static List<String> blocks(String language, String beginning) {
        try {
            return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                    .matcher(Files.readString(Path.of("docs", "operations.md")))
                    .results()
                    .map((MatchResult block) -> block.group(1))
                    .filter(text -> text.startsWith(beginning))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The statement that begins with a text. */
    public static String statement(String beginning) {
        return block("sql", beginning);
    }

    /** The only block in a language that begins with a text. */
    public static String block(String language, String beginning) {
        List<String> blocks = blocks(language, beginning);
        assertThat(blocks).hasSize(1);
        return blocks.getFirst();
    }
}
