package dev.gatehouse;

import dev.gatehouse.database.Database;
import io.quarkus.arc.Arc;
import io.quarkus.test.junit.callback.QuarkusTestBeforeEachCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;

/** Lets no test begin before the service has reached its database: until then it answers 503 {@code starting}. */
public class StartedService implements QuarkusTestBeforeEachCallback {
    @Override
    public void beforeEach(QuarkusTestMethodContext context) {
        Database database = Arc.container().instance(Database.class).get();
        Await.until(database::hasBeenReached);
    }
}
