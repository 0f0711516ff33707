package dev.gatehouse.development;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Starts a Postgres. A service, so that nothing reachable in a native image names the library that does it and that is
 * not there.
 */
interface DatabaseServer {
    /**
     * Starts a server and waits until it answers. It stops with this JVM.
     *
     * @param keptData the folder of its data, made when it is not there. A server that already runs on it, because its
     *     JVM was killed or another dev mode uses it, is used as it is and not stopped. Empty: new data that goes with
     *     the server
     * @return the JDBC URL, with the user
     */
    String start(Optional<Path> keptData) throws IOException;
}
