package dev.gatehouse.problem;

import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Faults that nobody foresaw. Only the incident's id tells caller and log of each other; no text of a fault goes out. */
public final class Incidents {
    private static final Logger LOG = Logger.getLogger(Incidents.class);

    private Incidents() {}

    /** Logs a fault, and returns the document that the caller gets for it. */
    public static Problem.Document log(@Nullable Throwable fault) {
        String incident = UUID.randomUUID().toString();
        LOG.errorf(fault, "incident=%s", incident);
        return CommonProblem.INTERNAL_ERROR.document(null, List.of(), incident);
    }
}
