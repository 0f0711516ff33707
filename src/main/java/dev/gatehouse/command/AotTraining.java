package dev.gatehouse.command;

import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;

/**
 * What the service does once when it is packaged, for the JVM to remember (JEP 514): it starts, answers some requests and
 * ends. It has no database then, so whatever needs one is answered as at any start before the database is there. Quarkus' own
 * training would end before it listens, which leaves half of a start to be done anew each time.
 */
@Singleton
@Unremovable
final class AotTraining implements QuarkusApplication {
    /** With this Quarkus starts the program when it makes the JVM's cache; it would also keep Quarkus from listening. */
    private static final String DUE = "quarkus.appcds.generate";

    private static final String LOOPBACK = "127.0.0.1";
    private static final int ROUNDS = 20;

    private final HttpServer server;

    AotTraining(HttpServer server) {
        this.server = server;
    }

    static boolean isDue() {
        return Boolean.getBoolean(DUE);
    }

    static void start() {
        System.clearProperty(DUE);
        System.setProperty("quarkus.http.host", LOOPBACK);
        System.setProperty("quarkus.http.port", "0");
        System.setProperty("quarkus.management.port", "0");
        // The port of the discard protocol (RFC 863): nobody listens there.
        System.setProperty("quarkus.datasource.jdbc.url", "jdbc:postgresql://127.0.0.1:9/training");
        Quarkus.run(AotTraining.class);
    }

    @Override
    public int run(String... arguments) throws IOException {
        LocalHttp main = new LocalHttp("http", LOOPBACK, server.getPort());
        LocalHttp management = new LocalHttp("http", LOOPBACK, server.getManagementPort());
        for (int round = 0; round < ROUNDS; round++) {
            for (String path : List.of(
                    "/notsecret", "/openapi.json", "/docs/", "/.well-known/jwks.json", "/account", "/nowhere")) {
                main.get(path);
            }
            main.post("/login", "{\"username\": \"sponge\", \"password\": \"SpongePassword\"}");
            main.post("/login", "{");
            for (String path : List.of("/q/health/live", "/q/health/ready", "/q/health/group/serving", "/q/metrics")) {
                management.get(path);
            }
        }
        return 0;
    }
}
