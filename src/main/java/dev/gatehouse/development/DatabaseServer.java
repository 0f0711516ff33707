package dev.gatehouse.development;

import java.io.IOException;

/**
 * Starts a Postgres. A service, so that nothing reachable in a native image names the library that does it and that is
 * not there.
 */
interface DatabaseServer {
    /**
     * Starts the server, or finds the one that an earlier run left behind, and waits until it answers. It stops with
     * this JVM.
     *
     * @param keepsData whether the data outlives this JVM
     * @return the JDBC URL, with the user
     */
    String start(boolean keepsData) throws IOException;
}
