package dev.gatehouse;

import io.quarkus.hibernate.orm.PersistenceUnitExtension;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.jspecify.annotations.Nullable;

/** Hears every statement that a call executes. */
@PersistenceUnitExtension
public class StatementLog implements StatementInspector {
    private static final long serialVersionUID = 1L;

    private static volatile @Nullable Queue<String> listening;

    @Override
    public String inspect(String sql) {
        Queue<String> statements = listening;
        if (statements != null) {
            statements.add(sql);
        }
        return sql;
    }

    /** The statements that were executed during an action, in their order. */
    public static List<String> during(Runnable action) {
        Queue<String> statements = new ConcurrentLinkedQueue<>();
        listening = statements;
        try {
            action.run();
        } finally {
            listening = null;
        }
        return List.copyOf(statements);
    }
}
