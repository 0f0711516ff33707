package dev.gatehouse.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.client.Client;
import dev.gatehouse.key.NameHashes;
import io.agroal.api.AgroalDataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
class AccountsTest {
    private static final String HASH = "$2b$04$anything";
    private static final Client CLIENT = new Client("192.0.2.1", Optional.empty());

    @Inject
    Accounts accounts;

    @Inject
    NameHashes nameHashes;

    @Inject
    EntityManager entityManager;

    @Inject
    AgroalDataSource dataSource;

    private final Username username = Username.parseNew("user-" + UUID.randomUUID());

    @Test
    void aDeletedAccountsNameStaysTaken() {
        QuarkusTransaction.requiringNew()
                .run(() -> entityManager
                        .createNativeQuery("INSERT INTO deleted_name (name_hash) VALUES (?1)")
                        .setParameter(1, nameHashes.hash(username.text()))
                        .executeUpdate());
        assertThat(accounts.register(username, HASH, CLIENT)).isInstanceOf(Accounts.SignUpOutcome.NameTaken.class);
        assertThat(stored()).isEmpty();
    }

    @Test
    void loggingInChangesTheHashOnlyWhereItIsTheVerifiedOne() {
        accounts.register(username, HASH, CLIENT);
        StoredPassword verified = stored().orElseThrow();
        StoredPassword stale = new StoredPassword(verified.accountId(), "$2b$04$older");
        assertThat(accounts.logIn(stale, Optional.of("$2b$04$new"), CLIENT))
                .isInstanceOf(Accounts.ActOutcome.HashReplaced.class);
        assertThat(stored().orElseThrow().hash()).isEqualTo(HASH);
        assertThat(accounts.logIn(verified, Optional.of("$2b$04$new"), CLIENT))
                .isInstanceOf(Accounts.ActOutcome.Done.class);
        assertThat(stored().orElseThrow().hash()).isEqualTo("$2b$04$new");
        StoredPassword unknown = new StoredPassword(UUID.randomUUID(), HASH);
        assertThat(accounts.logIn(unknown, Optional.empty(), CLIENT))
                .isInstanceOf(Accounts.ActOutcome.HashReplaced.class);
    }

    /** What follows in a login is a hash; so many logins at once must not hold so many connections. */
    @Test
    @ActivateRequestContext
    void readingAPasswordHoldsNoConnectionAfterwards() throws SQLException {
        accounts.register(username, HASH, CLIENT);
        assertThat(accounts.storedPassword(username)).isPresent();
        int all = dataSource.getConfiguration().connectionPoolConfiguration().maxSize();
        List<Connection> connections = new ArrayList<>();
        try {
            for (int n = 0; n < all; n++) {
                connections.add(dataSource.getConnection());
            }
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
        assertThat(connections).hasSize(all);
    }

    private Optional<StoredPassword> stored() {
        return QuarkusTransaction.requiringNew().call(() -> accounts.storedPassword(username));
    }
}
