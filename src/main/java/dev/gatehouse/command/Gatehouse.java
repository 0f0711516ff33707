package dev.gatehouse.command;

import dev.gatehouse.http.connection.ConnectionLimits;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The program. Without arguments it is the service; the first one names a command, which needs no configuration. */
@QuarkusMain
public final class Gatehouse {
    private static final String USAGE = """
            Without arguments: the service.
            calibrate DURATION    the password cost at which one login takes no longer, such as: calibrate 250ms
            healthcheck [STATE]   whether the service on this machine is live, ready or serving; 0 when it is
            """;

    private static final int WRONG_USAGE = 2;

    /** Whose remarks while it starts Quarkus hides, but not those of a start that fails before it has set up the log. */
    private static final Logger HIBERNATE = Logger.getLogger("org.hibernate");

    private Gatehouse() {}

    /** Runs the service or a command; ends the process with 2 when there is no such command. */
    public static void main(String... arguments) {
        ProcessDefaults.set();
        if (arguments.length == 0) {
            HIBERNATE.setLevel(Level.WARNING);
            ConnectionLimits.enable();
            if (AotTraining.isDue()) {
                AotTraining.start();
            } else {
                Quarkus.run();
            }
        } else if (arguments[0].equals("calibrate")) {
            System.exit(Calibrate.run(arguments, System.out, System.err));
        } else if (arguments[0].equals("healthcheck")) {
            System.exit(Healthcheck.run(arguments, System.out, System.err));
        } else {
            System.err.print(USAGE);
            System.exit(WRONG_USAGE);
        }
    }
}
