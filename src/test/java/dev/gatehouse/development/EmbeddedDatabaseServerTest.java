package dev.gatehouse.development;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Optional;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedDatabaseServerTest {
    /** What a second dev mode meets, or the first one after its JVM was killed. */
    @Test
    void aServerThatRunsOnTheDataIsUsedAgain() throws Exception {
        Path data = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "kept-postgres")
                .resolve("data");
        String url = new EmbeddedDatabaseServer().start(Optional.of(data));
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE kept (number int)");
        }

        String again = new EmbeddedDatabaseServer().start(Optional.of(data));

        assertThat(again).isEqualTo(url);
        try (Connection connection = DriverManager.getConnection(again);
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("SELECT count(*) FROM kept")) {
            assertThat(count.next()).isTrue();
        }
    }

    @Test
    void serversWithNewDataAreEachTheirOwn() throws Exception {
        String one = new EmbeddedDatabaseServer().start(Optional.empty());
        String other = new EmbeddedDatabaseServer().start(Optional.empty());
        assertThat(one).isNotEqualTo(other);
    }

    @ParameterizedTest
    @ValueSource(strings = "PST")
    void aServerStartsInATimeZoneThatItDoesNotKnow(String zone) throws Exception {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        try {
            String url = new EmbeddedDatabaseServer().start(Optional.empty());
            DriverManager.getConnection(url).close();
        } finally {
            TimeZone.setDefault(before);
        }
    }
}
