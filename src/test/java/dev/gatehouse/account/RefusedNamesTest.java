package dev.gatehouse.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.OperationsDocument;
import dev.gatehouse.Sql;
import dev.gatehouse.problem.InvalidValue;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The query of docs/operations.md for accounts whose names were once accepted. */
@QuarkusTest
class RefusedNamesTest {
    private static final List<Integer> ACCEPTED_ONCE = IntStream.concat(
                    IntStream.of(0x180F), IntStream.rangeClosed(0xE0100, 0xE01EF))
            .boxed()
            .toList();

    @Inject
    Sql sql;

    private final String name = "refused-" + UUID.randomUUID();

    @AfterEach
    void forget() {
        sql.update("DELETE FROM account WHERE username LIKE 'refused-%'");
    }

    @Test
    void theQueryFindsEachNameThatIsRefusedNowAndNoOther() {
        insert(name);
        insert(name + "\u1810\u03C2\u00E9\u4E00\uD83A\uDD22\uD805\uDC46");
        List<String> refused = ACCEPTED_ONCE.stream()
                .map(codePoint -> name + Character.toString(codePoint))
                .toList();
        refused.forEach(this::insert);
        List<Map<String, @Nullable Object>> found = sql.rows(OperationsDocument.statement("SELECT id, username"));
        assertThat(found).extracting(row -> row.get("username")).containsExactlyInAnyOrderElementsOf(refused);
        assertThat(found).allSatisfy(row -> {
            assertThat(row).containsEntry("looks_like", name).containsEntry("looks_like_another", true);
            String username = String.valueOf(row.get("username"));
            assertThatThrownBy(() -> Username.parse(username)).isInstanceOf(InvalidValue.class);
        });
    }

    /** Without its invisible character the name is not composed, and the name that it imitates is. */
    @Test
    void theQueryFindsTheAccountThatANameImitatesByAnAccent() {
        insert(name + "\u00E9");
        insert(name + "e" + Character.toString(0xE0100) + "\u0301");
        assertThat(sql.rows(OperationsDocument.statement("SELECT id, username")))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("looks_like", name + "\u00E9")
                        .containsEntry("looks_like_another", true));
    }

    private void insert(String username) {
        sql.update("INSERT INTO account (username, password_hash) VALUES (?, 'none')", username);
    }
}
