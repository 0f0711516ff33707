package dev.gatehouse;

import io.quarkus.hibernate.orm.PersistenceUnitExtension;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.jspecify.annotations.Nullable;

/** Hears every statement that a call executes: those of Hibernate, and those of the service's own class for statements. */
@PersistenceUnitExtension
public class StatementLog implements StatementInspector {
    private static final long serialVersionUID = 1L;

    /** Without the service's own connections, on which it reads several times a second. */
    private static final String ON_POOL = "connection=pool statement=";

    private static final Logger OWN_STATEMENTS = Logger.getLogger(dev.gatehouse.database.Sql.class.getName());

    private static volatile @Nullable Queue<String> listening;

    @Override
    public String inspect(String sql) {
        hear(sql);
        return sql;
    }

    private static void hear(String sql) {
        Queue<String> statements = listening;
        if (statements != null) {
            statements.add(sql);
        }
    }

    private static final class Listener extends Handler {
        @Override
        public void publish(LogRecord line) {
            if (line.getMessage().startsWith(ON_POOL)) {
                hear(line.getMessage().substring(ON_POOL.length()));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** The statements that were executed during an action, in their order. */
    public static List<String> during(Runnable action) {
        Queue<String> statements = new ConcurrentLinkedQueue<>();
        Level before = OWN_STATEMENTS.getLevel();
        Handler listener = new Listener();
        OWN_STATEMENTS.addHandler(listener);
        OWN_STATEMENTS.setUseParentHandlers(false);
        OWN_STATEMENTS.setLevel(Level.FINE);
        listening = statements;
        try {
            action.run();
        } finally {
            listening = null;
            OWN_STATEMENTS.setLevel(before);
            OWN_STATEMENTS.setUseParentHandlers(true);
            OWN_STATEMENTS.removeHandler(listener);
        }
        return List.copyOf(statements);
    }
}
