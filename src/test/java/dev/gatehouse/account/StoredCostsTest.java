package dev.gatehouse.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Api;
import dev.gatehouse.Sql;
import dev.gatehouse.database.Database;
import dev.gatehouse.password.Passwords;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the dearest stored hash becomes what every login takes, seen by the rounds that an unknown name costs. */
@QuarkusTest
class StoredCostsTest {
    private static final String DIGEST = "/Gq7g40zZ4/sQ9iWfqVze.Jx5HI5XwCrERITGG/wZivuZ9jhkd0bK";

    @Inject
    StoredCosts storedCosts;

    @Inject
    Passwords passwords;

    @Inject
    MeterRegistry meters;

    @Inject
    Sql sql;

    private Api api;

    @BeforeEach
    void connect() {
        api = new Api(RestAssured.port);
    }

    @AfterEach
    void forget() {
        sql.update("DELETE FROM account WHERE username LIKE 'imported-%'");
        passwords.evenOutTo(0);
    }

    private void insert(String hash) {
        sql.update(
                "INSERT INTO account (username, password_hash) VALUES (?, ?)", "imported-" + UUID.randomUUID(), hash);
    }

    /** Half a minute, in which the database is asked once a second. */
    private void passHalfAMinute() throws SQLException {
        try (Connection connection = sql.open()) {
            for (int second = 0; second < 30; second++) {
                storedCosts.follow(new Database.Probed(connection));
            }
        }
    }

    private double roundsOfAnUnknownName() {
        double before = meters.counter("gatehouse.hashing.rounds").count();
        assertThat(api.login("nobody-" + UUID.randomUUID(), "not the password").status())
                .isEqualTo(401);
        return meters.counter("gatehouse.hashing.rounds").count() - before;
    }

    @Test
    void theDearestHashThatCanBeReadDecidesAndOnlyWhileItIsThere() throws SQLException {
        insert("$2b$07$" + DIGEST);
        insert("$bcrypt-sha256$v=2,t=2b,r=9$/Gq7g40zZ4/sQ9iWfqVze.$Jx5HI5XwCrERITGG/wZivuZ9jhkd0bK");
        insert("$2b$16$" + DIGEST);
        insert("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA");
        insert("");
        passHalfAMinute();
        assertThat(roundsOfAnUnknownName()).isEqualTo(1 << 9);
        forget();
        passHalfAMinute();
        assertThat(roundsOfAnUnknownName()).isEqualTo(1 << 4);
    }

    @ParameterizedTest
    @CsvSource({"$2a$05$,5", "$2b$15$,15", "$2y$31$,31", "$2x$08$,", "'$bcrypt-sha256$v=2,t=2b,r=4$',4", "x$2b$08$,"})
    void theCostIsReadFromEachForm(String beginning, String cost) {
        insert(beginning + DIGEST);
        assertThat(sql.text("SELECT password_cost FROM account WHERE username LIKE 'imported-%'"))
                .isEqualTo(String.valueOf(cost));
    }
}
