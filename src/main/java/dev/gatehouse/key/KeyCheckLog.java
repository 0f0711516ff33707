package dev.gatehouse.key;

import dev.gatehouse.key.CheckedKeys.Refusal;
import dev.gatehouse.key.CheckedKeys.RefusedRow;
import dev.gatehouse.key.StoredKey.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Logs rows that are not used, once when they are found. */
final class KeyCheckLog {
    private static final Logger LOG = Logger.getLogger(KeyCheckLog.class);

    /** The steps end with the statement of docs/operations.md, which finds what is left to do. */
    private static final String CLEAR_ADVICE =
            "if encryption keys have just been configured: 1. restart all replicas with"
                    + " gatehouse.key.accept-clear=true 2. wait until the statement finds no row 3. restart all replicas without"
                    + " accept-clear 4. run the statement again. Otherwise somebody else writes to the database. Statement:"
                    + " SELECT id, purpose FROM service_key WHERE material IS NOT NULL AND wrapped_under IS NULL";

    private static final String ADVICE = "somebody else writes to the database, see docs/operations.md";

    private final KeyWrap wrap;

    KeyCheckLog(KeyWrap wrap) {
        this.wrap = wrap;
    }

    /** Logs what was not found before. */
    void log(CheckedKeys before, CheckedKeys now) {
        List<RefusedRow> refused = new ArrayList<>(now.refused());
        refused.removeAll(before.refused());
        boolean blocked = !now.withoutGoodRow().equals(before.withoutGoodRow())
                && !now.withoutGoodRow().isEmpty();
        if (!refused.isEmpty() || blocked) {
            logRefused(refused.isEmpty() ? now.refused() : refused, now);
        }
        if (!now.unreadable().isEmpty() && !now.unreadable().equals(before.unreadable())) {
            logUnreadable(now);
        }
    }

    private static void logRefused(List<RefusedRow> rows, CheckedKeys now) {
        boolean clear = rows.stream().anyMatch(row -> row.reason() == Refusal.CLEAR);
        LOG.errorf(
                "keys=refused rows=\"%s\" effect=\"%s\" advice=\"%s\"",
                rows.stream().map(RefusedRow::toString).collect(Collectors.joining(", ")),
                effect(now),
                clear ? CLEAR_ADVICE : ADVICE);
    }

    private static String effect(CheckedKeys now) {
        return now.withoutGoodRow().isEmpty()
                ? "not used"
                : "not used; not ready and nothing is changed, because no good key is left for "
                        + now.withoutGoodRow().stream().map(Purpose::stored).collect(Collectors.joining(", "));
    }

    private void logUnreadable(CheckedKeys now) {
        LOG.errorf(
                "keys=unreadable ids=%s reason=\"encrypted under %s, and %s\" effect=\"not ready\""
                        + " see=gatehouse.key.encryption-keys",
                now.unreadable().stream().map(CheckedKeys::printable).toList(),
                now.unreadable().stream()
                        .map(id ->
                                Objects.requireNonNull(now.byId().get(id)).row().wrappedUnder())
                        .filter(Objects::nonNull)
                        .map(CheckedKeys::printable)
                        .distinct()
                        .toList(),
                wrap.ids().isEmpty()
                        ? "no encryption key is configured"
                        : "that is none of the configured encryption keys " + wrap.ids());
    }
}
