package dev.gatehouse.database;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.transaction.RollbackException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseFaultsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "08001", "08006", "28P01", "3D000", "53300", "57P01", "57P03", "58030", "25006", "25P03", "40P01",
                "55P03", "57014", "42501"
            })
    void aDatabaseThatCannotBeUsedIsUnavailable(String state) {
        assertThat(DatabaseFaults.isUnavailable(new IllegalStateException(new SQLException("away", state))))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"23505", "42P01", "22001", "40001", "25P02"})
    void aFaultOfOursIsNot(String state) {
        assertThat(DatabaseFaults.isUnavailable(new IllegalStateException(new SQLException("ours", state))))
                .isFalse();
    }

    @Test
    void theShapeOfACommitThatFoundNoServerIsRecognized() {
        RollbackException commit = new RollbackException("commit failed");
        commit.addSuppressed(new Exception("xa", new SQLException("away", "08006")));
        assertThat(DatabaseFaults.isUnavailable(new IllegalStateException(commit)))
                .isTrue();
    }

    @Test
    void aPoolThatRanOutOfTimeHasNoState() {
        assertThat(DatabaseFaults.isUnavailable(new SQLException("acquisition timeout")))
                .isTrue();
    }

    @Test
    void aFaultIsDescribedWithoutItsMessages() {
        assertThat(DatabaseFaults.describe(
                        new IllegalStateException("SELECT secret", new SQLException("secret", "55P03"))))
                .isEqualTo("IllegalStateException < SQLException 55P03");
    }

    @Test
    void whatHasNothingToDoWithADatabaseIsNot() {
        assertThat(DatabaseFaults.isUnavailable(new IllegalStateException("x"))).isFalse();
        assertThat(DatabaseFaults.isUnavailable(null)).isFalse();
    }
}
