package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The statements that docs/operations.md tells an operator to run. */
public final class OperationsDocument {
    private OperationsDocument() {}

    /** Those that begin with a text. */
    public static List<String> statements(String beginning) {
        try {
            return Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL)
                    .matcher(Files.readString(Path.of("docs", "operations.md")))
                    .results()
                    .map((MatchResult block) -> block.group(1))
                    .filter(statement -> statement.startsWith(beginning))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one that begins with a text. */
    public static String statement(String beginning) {
        List<String> statements = statements(beginning);
        assertThat(statements).hasSize(1);
        return statements.getFirst();
    }
}
