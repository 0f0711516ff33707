package dev.gatehouse.database;

import jakarta.inject.Singleton;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.ArrayList;
import java.util.List;

/** Lets what others may see of a transaction happen when it has been committed, and not at all when it has not. */
@Singleton
public class AfterCommit {
    private final TransactionSynchronizationRegistry registry;

    AfterCommit(TransactionSynchronizationRegistry registry) {
        this.registry = registry;
    }

    /**
     * Runs an action on this thread after the running transaction has been committed, in the order of the calls. If no transaction
     * is running, each statement has committed by itself, and the action runs immediately. The action must not block or throw.
     */
    public void run(Runnable action) {
        if (registry.getTransactionStatus() == Status.STATUS_NO_TRANSACTION) {
            action.run();
            return;
        }
        if (registry.getResource(AfterCommit.class) instanceof Actions actions) {
            actions.list.add(action);
            return;
        }
        Actions actions = new Actions();
        actions.list.add(action);
        registry.putResource(AfterCommit.class, actions);
        registry.registerInterposedSynchronization(actions);
    }

    /** One transaction's, together: synchronizations of their own would be called in no order. */
    private static final class Actions implements Synchronization {
        private final List<Runnable> list = new ArrayList<>();

        @Override
        public void beforeCompletion() {}

        @Override
        public void afterCompletion(int status) {
            if (status == Status.STATUS_COMMITTED) {
                list.forEach(Runnable::run);
            }
        }
    }
}
