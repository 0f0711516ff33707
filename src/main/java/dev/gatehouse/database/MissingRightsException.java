package dev.gatehouse.database;

import java.util.List;

/** The database refuses what the service must be allowed to do there. The message names the rights. */
final class MissingRightsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingRightsException(List<String> rights) {
        super(String.join(", ", rights));
    }
}
