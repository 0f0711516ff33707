package dev.gatehouse.key;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.LogLines;
import dev.gatehouse.MutableClock;
import dev.gatehouse.OperationsDocument;
import dev.gatehouse.Sql;
import dev.gatehouse.TestPostgres;
import dev.gatehouse.database.OwnConnections;
import dev.gatehouse.database.TestConnections;
import dev.gatehouse.key.ServiceKey.KeyBytes;
import dev.gatehouse.key.ServiceKey.NewKey;
import dev.gatehouse.key.ServiceKey.Purpose;
import dev.gatehouse.problem.NotReadyException;
import dev.gatehouse.token.AccessTokens.TokenCheckOutcome;
import dev.gatehouse.token.TokenReplica;
import java.security.KeyPair;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of {@code service_key} that somebody else wrote, where encryption keys are configured. */
class RefusedKeysTest {
    private static final String URL = TestPostgres.newDatabase();
    private static final OwnConnections CONNECTIONS = TestConnections.to(URL);

    private static final EncryptionKey KEY = encryptionKey(1);
    private static final EncryptionKeys WRAP = new EncryptionKeys(List.of(KEY), false);
    private static final EncryptionKeys UNKNOWN = new EncryptionKeys(List.of(encryptionKey(2)), false);
    private static final EncryptionKeys ACCEPTING_CLEAR = new EncryptionKeys(List.of(KEY), true);
    private static final EncryptionKeys IN_CLEAR = new EncryptionKeys(List.of(), false);

    private final Sql sql = Sql.of(URL);
    private final MutableClock clock = new MutableClock();
    private final LogLines errors = LogLines.warningsOf(CheckedKeys.class);

    @BeforeEach
    void empty() {
        sql.update("DELETE FROM service_key");
    }

    @AfterEach
    void stopCollecting() {
        errors.close();
    }

    private static EncryptionKey encryptionKey(int n) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) n;
        return EncryptionKey.parse(Base64.getEncoder().encodeToString(bytes));
    }

    private static Replica replica(EncryptionKeys wrap) {
        return new Replica(CONNECTIONS, Replica.noSecrets(), wrap);
    }

    private static Replica started(EncryptionKeys wrap) {
        Replica replica = replica(wrap);
        replica.start();
        return replica;
    }

    private ServiceKey row(String id) {
        return reading().keys().stream()
                .filter(key -> key.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private ServiceKey row(Purpose purpose) {
        return reading().keys().stream()
                .filter(key -> key.purpose() == purpose)
                .findFirst()
                .orElseThrow();
    }

    private static ServiceKeyTable.Reading reading() {
        try (Connection connection = CONNECTIONS.open()) {
            return ServiceKeyTable.read(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] clear(ServiceKey row) {
        return WRAP.open(row, UsableKeys.required(row.material())).orElseThrow();
    }

    private String rows() {
        return rows("");
    }

    private String rows(String idPrefix) {
        return sql.rows("""
                SELECT id, purpose, algorithm, encode(public_key, 'hex') AS p, encode(material, 'hex') AS m, wrapped_under,
                    signs_from, stopped_at
                FROM service_key WHERE starts_with(id, ?) ORDER BY id""", idPrefix).toString();
    }

    private void unwrap(ServiceKey row) {
        sql.update("UPDATE service_key SET material = ?, wrapped_under = NULL WHERE id = ?", clear(row), row.id());
    }

    /** Adds a row that is older than all others. */
    private void plant(NewKey key) {
        try (Connection connection = CONNECTIONS.open()) {
            ServiceKeyTable.insert(connection, key, Duration.ZERO);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        sql.update("""
                UPDATE service_key SET created_at = created_at - interval '1 year', signs_from = signs_from - interval '1 year'
                WHERE id = ?""", key.id());
    }

    /** A change that somebody who can write to the database makes to a row. */
    interface Tampering {
        void with(RefusedKeysTest test, ServiceKey row);
    }

    record Case(String name, Tampering tampering) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case set(String assignment, Object... values) {
        return new Case(
                assignment,
                (test, row) -> test.sql.update(
                        "UPDATE service_key SET " + assignment + " WHERE id = ?",
                        Stream.concat(Arrays.stream(values), Stream.of(row.id()))
                                .toArray()));
    }

    private static Stream<Case> changesOfAnyRow() {
        return Stream.of(
                new Case("in clear", (test, row) -> test.unwrap(row)),
                new Case("in clear, said to be wrapped", (test, row) -> {
                    test.unwrap(row);
                    test.sql.update(
                            "UPDATE service_key SET wrapped_under = ? WHERE id = ?",
                            WRAP.currentId().orElseThrow(),
                            row.id());
                }),
                set("material = NULL"),
                set("material = NULL, wrapped_under = NULL"),
                set("material = ''"),
                set("material = '\\x00'"),
                set("material = substr(material, 1, 20)"),
                set("material = substr(material, 1, length(material) - 1)"),
                set("material = material || '\\x00'"),
                set("material = set_byte(material, 12, get_byte(material, 12) # 1)"),
                set("material = '', wrapped_under = NULL"),
                set("algorithm = 'none'"),
                set("algorithm = ''"),
                set("algorithm = 'RS256'"),
                set("algorithm = 'EdDSA'"));
    }

    private static Stream<Case> changesOfASigningKey() {
        byte[] publicKey = KeyAlgorithm.ES256.generate().getPublic().getEncoded();
        byte[] offTheCurve = publicKey.clone();
        offTheCurve[offTheCurve.length - 1] ^= 1;
        return Stream.concat(
                changesOfAnyRow(),
                Stream.of(
                        set("public_key = NULL"),
                        set("public_key = ''"),
                        set("public_key = '\\x3000'"),
                        set("public_key = ?", (Object) publicKey),
                        set("public_key = ?", (Object) offTheCurve),
                        set("public_key = public_key || '\\x00'"),
                        set("public_key = ?", (Object)
                                KeyAlgorithm.EDDSA.generate().getPublic().getEncoded()),
                        set("public_key = (SELECT k.public_key FROM service_key k WHERE k.purpose = 'signing'"
                                + " AND k.id <> service_key.id)"),
                        set("material = (SELECT k.material FROM service_key k WHERE k.purpose = 'signing'"
                                + " AND k.id <> service_key.id)"),
                        set("material = (SELECT k.material FROM service_key k WHERE k.purpose = 'refresh')"),
                        set("algorithm = 'HS256'"),
                        set("purpose = 'refresh'"),
                        set("purpose = 'name-hash', algorithm = 'HS256'"),
                        set("id = id || 'x'")));
    }

    /** At a start and while it runs: what the replica knew before does not hide the change. */
    @ParameterizedTest
    @MethodSource("changesOfASigningKey")
    void aBadSigningKeyBesideAGoodOneDoesNothingAndIsNamedOnce(Case change) {
        Replica running = started(WRAP);
        String bad = running.signing();
        String good = sql.text("SELECT id FROM service_key WHERE purpose = 'signing' AND signs_from IS NULL");
        TokenReplica tokens = new TokenReplica(running.signingKeys(), clock, 0);
        String token = tokens.issue();
        change.tampering().with(this, row(bad));
        String badRow = rows(bad);
        for (Replica replica : List.of(running, replica(WRAP))) {
            errors.clear();
            replica.tick();
            replica.tick();
            replica.tick();
            assertThat(replica.serviceKeys.isUsable()).isTrue();
            assertThat(replica.signing()).isEqualTo(good);
            assertThat(replica.jwks()).doesNotContain(bad).contains(good);
            assertThat(replica.signingKeys().verificationKey(bad)).isEmpty();
            assertThat(new TokenReplica(replica.signingKeys(), clock, 0).check(token))
                    .isInstanceOf(TokenCheckOutcome.Invalid.class);
            assertThat(errors.all()).hasSize(1);
            assertThat(errors.all().getFirst()).contains("keys=refused").contains(bad);
        }
        started(WRAP);
        assertThat(rows(bad)).isEqualTo(badRow);
    }

    private static Stream<Case> changesOfASecret() {
        return Stream.concat(
                changesOfAnyRow(),
                Stream.of(
                        set("algorithm = 'ES256'"),
                        set("material = (SELECT k.material FROM service_key k WHERE k.id <> service_key.id"
                                + " AND k.purpose <> 'signing')"),
                        set("id = id || 'x'"),
                        set("id = ''"),
                        set("id = 'no base64 \n keys=managed'")));
    }

    @ParameterizedTest
    @MethodSource("changesOfASecret")
    void withoutAGoodRefreshKeyAReplicaIsNotReadyAndChangesNothing(Case change) {
        Replica running = started(WRAP);
        change.tampering().with(this, row(Purpose.REFRESH));
        String before = rows();
        Replica starting = replica(WRAP);
        assertThatThrownBy(starting::start).hasMessageContaining("postponed");
        assertThatThrownBy(starting::start).hasMessageContaining("postponed");
        running.tick();
        running.tick();
        for (Replica replica : List.of(running, starting)) {
            assertThat(replica.serviceKeys.isUsable()).isFalse();
            assertThatThrownBy(() -> replica.refreshKeys().current()).isInstanceOf(NotReadyException.class);
            assertThat(replica.signing()).isEqualTo(running.signing());
            assertThat(new NameHashes(replica.serviceKeys).hash("a name")).hasSize(32);
        }
        assertThat(rows()).isEqualTo(before);
        assertThat(errors.all()).hasSize(2).allMatch(line -> line.contains("no good key is left for refresh"));
        assertThat(errors.all()).noneMatch(line -> line.contains("\n"));
    }

    @ParameterizedTest
    @MethodSource("changesOfASecret")
    void withoutAGoodNameKeyAReplicaIsNotReadyAndChangesNothing(Case change) {
        Replica running = started(WRAP);
        change.tampering().with(this, row(Purpose.NAME_HASH));
        String before = rows();
        assertThatThrownBy(() -> started(WRAP)).hasMessageContaining("postponed");
        running.tick();
        assertThat(running.serviceKeys.isUsable()).isFalse();
        assertThatThrownBy(() -> new NameHashes(running.serviceKeys).hash("a name"))
                .isInstanceOf(NotReadyException.class);
        assertThat(rows()).isEqualTo(before);
        assertThat(errors.all()).hasSize(2).allMatch(line -> line.contains("no good key is left for name-hash"));
    }

    @Test
    void withoutAGoodSigningKeyAReplicaIsNotReadyAndSignsNothing() {
        Replica running = started(WRAP);
        for (ServiceKey row : reading().keys()) {
            if (row.purpose() == Purpose.SIGNING) {
                unwrap(row);
            }
        }
        String before = rows();
        Replica starting = replica(WRAP);
        assertThatThrownBy(starting::start).hasMessageContaining("postponed");
        running.tick();
        for (Replica replica : List.of(running, starting)) {
            assertThat(replica.serviceKeys.isUsable()).isFalse();
            assertThatThrownBy(replica::signing).isInstanceOf(NotReadyException.class);
            assertThat(replica.jwks()).isEqualTo("{\"keys\":[]}");
        }
        assertThat(rows()).isEqualTo(before);
    }

    /** Otherwise a good key that has stopped would let a new one be made in the place of the bad ones. */
    @Test
    void aSigningKeyThatHasStoppedIsNoGoodKeyThatIsLeft() {
        Replica running = started(WRAP);
        String stopped = running.signing();
        sql.update(
                "UPDATE service_key SET stopped_at = clock_timestamp(), material = NULL, wrapped_under = NULL WHERE id = ?",
                stopped);
        unwrap(row(sql.text("SELECT id FROM service_key WHERE purpose = 'signing' AND stopped_at IS NULL")));
        String before = rows();
        running.tick();
        assertThat(running.serviceKeys.isUsable()).isFalse();
        assertThat(running.signingKeys().verificationKey(stopped)).isPresent();
        assertThat(rows()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Purpose.class)
    void aPlantedRowInClearIsNotUsedThoughItIsTheOldest(Purpose purpose) {
        Replica running = started(WRAP);
        String signing = running.signing();
        byte[] refreshKey = running.refreshKeys().current().id();
        byte[] hash = new NameHashes(running.serviceKeys).hash("a name");
        NewKey planted = switch (purpose) {
            case SIGNING -> NewKey.signing(KeyAlgorithm.ES256, IN_CLEAR);
            case REFRESH -> NewKey.refresh(IN_CLEAR);
            case NAME_HASH -> NewKey.names(IN_CLEAR);
        };
        plant(planted);
        String before = rows();
        Replica starting = started(WRAP);
        running.tick();
        for (Replica replica : List.of(running, starting)) {
            assertThat(replica.signing()).isEqualTo(signing);
            assertThat(replica.refreshKeys().current().id()).isEqualTo(refreshKey);
            assertThat(new NameHashes(replica.serviceKeys).hash("a name")).isEqualTo(hash);
            assertThat(replica.serviceKeys.keys().refreshKeys()).doesNotContainKey(planted.id());
            assertThat(replica.signingKeys().verificationKey(planted.id())).isEmpty();
            assertThat(replica.jwks()).doesNotContain(planted.id());
            assertThat(replica.serviceKeys.isUsable()).isTrue();
        }
        assertThat(rows()).isEqualTo(before);
        assertThat(errors.all()).hasSize(2).allMatch(line -> line.contains(planted.id() + " is stored in clear"));
    }

    @Test
    void rotationGoesOnBesideARefusedRow() {
        Replica running = started(WRAP);
        NewKey planted = NewKey.signing(KeyAlgorithm.ES256, IN_CLEAR);
        plant(planted);
        String standby = sql.text("SELECT id FROM service_key WHERE purpose = 'signing' AND signs_from IS NULL");
        sql.update("""
                UPDATE service_key SET created_at = created_at - interval '30 days', signs_from = signs_from - interval '30 days'
                WHERE id <> ?""", planted.id());
        running.tick();
        assertThat(running.signing()).isEqualTo(standby);
        assertThat(sql.number("SELECT count(*) FROM service_key WHERE purpose = 'signing'"))
                .isEqualTo(4);
        assertThat(errors.all()).hasSize(1);
    }

    /** It may be a key of a replica with another encryption key, so nothing is done until that is there. */
    @Test
    void aRowUnderAnUnknownEncryptionKeyKeepsTheServiceFromBeingReadyAndVerifiesNothing() {
        Replica running = started(WRAP);
        String signing = running.signing();
        NewKey made = NewKey.signing(KeyAlgorithm.ES256, UNKNOWN);
        plant(made);
        String before = rows();
        running.tick();
        running.tick();
        assertThat(running.serviceKeys.isUsable()).isFalse();
        assertThat(running.signingKeys().verificationKey(made.id())).isEmpty();
        assertThat(running.jwks()).doesNotContain(made.id());
        assertThat(errors.all()).hasSize(1);
        assertThat(errors.all().getFirst())
                .contains(
                        "keys=unreadable",
                        made.id(),
                        "encrypted under [" + encryptionKey(2).id() + "]",
                        KEY.id());
        assertThat(running.signing()).isEqualTo(signing);
        assertThat(rows()).isEqualTo(before);
    }

    private static Stream<Case> changesOfAKeyInClear() {
        return Stream.of(
                set("public_key = ''"),
                set("public_key = '\\x3000'"),
                set("public_key = (SELECT k.public_key FROM service_key k WHERE k.purpose = 'signing'"
                        + " AND k.id <> service_key.id)"),
                set("material = (SELECT k.material FROM service_key k WHERE k.purpose = 'refresh')"),
                set("material = ''"),
                set("material = NULL"),
                set("algorithm = 'none'"),
                set("algorithm = 'EdDSA'"),
                set("id = id || 'x'"));
    }

    @ParameterizedTest
    @MethodSource("changesOfAKeyInClear")
    void withoutEncryptionKeysARowThatIsNoKeyIsRefusedAsWell(Case change) {
        Replica running = started(IN_CLEAR);
        String bad = running.signing();
        change.tampering().with(this, row(bad));
        for (Replica replica : List.of(running, replica(IN_CLEAR))) {
            replica.tick();
            assertThat(replica.serviceKeys.isUsable()).isTrue();
            assertThat(replica.signing()).isNotEqualTo(bad);
            assertThat(replica.jwks()).doesNotContain(bad);
            assertThat(replica.signingKeys().verificationKey(bad)).isEmpty();
        }
        assertThat(errors.all()).hasSize(2).allMatch(line -> line.contains("keys=refused"));
    }

    /** It keeps no private half. So the check says nothing about it, as docs/threat-model.md says. */
    @ParameterizedTest
    @EnumSource(
            value = KeyAlgorithm.class,
            names = {"ES256", "RS256", "EDDSA"})
    void aStoppedKeyIsJudgedByItsPublicHalf(KeyAlgorithm algorithm) {
        Replica running = started(WRAP);
        NewKey planted = NewKey.signing(algorithm, IN_CLEAR);
        plant(planted);
        sql.update("UPDATE service_key SET stopped_at = clock_timestamp(), material = NULL WHERE id = ?", planted.id());
        running.tick();
        assertThat(running.signingKeys().verificationKey(planted.id())).isPresent();
        sql.update(
                "UPDATE service_key SET public_key = set_byte(public_key, 30, get_byte(public_key, 30) # 1) WHERE id = ?",
                planted.id());
        running.tick();
        assertThat(running.signingKeys().verificationKey(planted.id())).isEmpty();
        assertThat(running.jwks()).doesNotContain(planted.id());
        assertThat(running.serviceKeys.isUsable()).isTrue();
        assertThat(errors.all()).hasSize(1);
    }

    @Test
    void aRowOfAnUnknownPurposeIsNamedAndKeepsNothingFromBeingRead() {
        Replica running = started(WRAP);
        sql.update("ALTER TABLE service_key DROP CONSTRAINT service_key_purpose");
        try {
            sql.update("INSERT INTO service_key (id, purpose, algorithm) VALUES ('planted', 'else', 'HS256')");
            running.tick();
            started(WRAP);
            assertThat(running.serviceKeys.isUsable()).isTrue();
            assertThat(errors.all()).hasSize(2).allMatch(line -> line.contains("planted has an unknown purpose"));
        } finally {
            sql.update("DELETE FROM service_key WHERE id = 'planted'");
            sql.update("""
                    ALTER TABLE service_key ADD CONSTRAINT service_key_purpose
                    CHECK (purpose IN ('signing', 'refresh', 'name-hash'))""");
        }
    }

    @Test
    void withoutAnEncryptionKeyOneLineSaysWhy() {
        started(WRAP);
        Replica starting = replica(IN_CLEAR);
        assertThatThrownBy(starting::start).hasMessageContaining("postponed");
        assertThatThrownBy(starting::start).hasMessageContaining("postponed");
        assertThat(errors.all()).hasSize(1);
        assertThat(errors.all().getFirst())
                .contains("keys=unreadable", "encrypted under [" + KEY.id() + "]", "no encryption key is configured");
    }

    @ParameterizedTest
    @ValueSource(strings = {"infinity", "-infinity", "294276-01-01", "4713-01-01 BC", "2999-01-01"})
    void noInstantOfARowKeepsTheOthersFromBeingRead(String instant) {
        started(WRAP);
        for (String column : List.of("created_at", "signs_from", "stopped_at")) {
            for (Purpose purpose : Purpose.values()) {
                sql.update(
                        "UPDATE service_key SET " + column + " = CAST(? AS timestamptz) WHERE purpose = ?",
                        instant,
                        purpose.stored());
                Replica replica = started(WRAP);
                replica.tick();
                assertThat(replica.signing()).isNotEmpty();
                assertThat(replica.refreshKeys().current().id()).isNotEmpty();
                assertThat(new NameHashes(replica.serviceKeys).hash("a name")).hasSize(32);
                sql.update("DELETE FROM service_key");
                started(WRAP);
            }
        }
        assertThat(errors.all()).isEmpty();
    }

    @Test
    void encryptionIsEnabledInTheStepsThatTheErrorNames() {
        Replica old = started(IN_CLEAR);
        String signing = old.signing();
        String query = OperationsDocument.statement("SELECT id, purpose FROM service_key");
        assertThatThrownBy(() -> started(WRAP)).hasMessageContaining("postponed");
        assertThat(errors.all()).hasSize(1);
        assertThat(errors.all().getFirst())
                .contains("gatehouse.key.accept-clear=true")
                .endsWith(query.strip().replaceAll(";$", "").replaceAll("\\s+", " ") + "\"");
        assertThat(sql.rows(query)).hasSize(4);
        Replica accepting = started(ACCEPTING_CLEAR);
        assertThat(accepting.signing()).isEqualTo(signing);
        assertThat(sql.rows(query)).isEmpty();
        // A replica that has not been restarted yet makes another key in clear.
        sql.update("UPDATE service_key SET stopped_at = clock_timestamp() WHERE purpose = 'refresh'");
        old.tick();
        assertThat(sql.rows(query)).hasSize(1);
        accepting.tick();
        assertThat(sql.rows(query)).isEmpty();
        Replica restarted = started(WRAP);
        assertThat(restarted.signing()).isEqualTo(signing);
        assertThat(restarted.refreshKeys().current().id())
                .isEqualTo(old.refreshKeys().current().id());
        assertThat(errors.all()).hasSize(1);
    }

    /** The setting is for keys of this service. A row that is no key is not wrapped. */
    @Test
    void whereClearIsAcceptedARowThatIsNoKeyIsNotWrapped() {
        started(WRAP);
        NewKey one = NewKey.signing(KeyAlgorithm.ES256, IN_CLEAR);
        NewKey other = NewKey.signing(KeyAlgorithm.ES256, IN_CLEAR);
        plant(new NewKey(one.id(), Purpose.SIGNING, KeyAlgorithm.ES256, one.publicKey(), other.material(), null));
        plant(new NewKey("AAAAAAAA", Purpose.REFRESH, KeyAlgorithm.HS256, null, new KeyBytes(new byte[32]), null));
        plant(new NewKey("BBBBBBBB", Purpose.REFRESH, KeyAlgorithm.HS256, null, new KeyBytes(new byte[0]), null));
        started(ACCEPTING_CLEAR).tick();
        assertThat(sql.number("SELECT count(*) FROM service_key WHERE wrapped_under IS NULL"))
                .isEqualTo(3);
        assertThat(errors.all()).hasSize(1);
        assertThat(errors.all().getFirst()).contains(one.id() + " has the public half of another key");
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyAlgorithm.class,
            names = {"ES256", "RS256", "EDDSA"})
    void aPublicHalfIsThatOfItsPrivateHalfAlone(KeyAlgorithm algorithm) {
        KeyPair pair = algorithm.generate();
        KeyPair other = algorithm.generate();
        assertThat(algorithm.isPair(pair.getPrivate(), pair.getPublic())).isTrue();
        assertThat(algorithm.isPair(pair.getPrivate(), other.getPublic())).isFalse();
        assertThat(algorithm.isPair(other.getPrivate(), pair.getPublic())).isFalse();
        assertThat(algorithm.publicKey(pair.getPublic().getEncoded())).isEqualTo(pair.getPublic());
    }

    @Test
    void besideASecretRowsOfSigningKeysDoNotKeepTheServiceFromBeingReady() {
        Replica managed = started(WRAP);
        unwrap(row(managed.signing()));
        Replica given = besideASecret();
        given.start();
        assertThat(given.serviceKeys.isUsable()).isTrue();
        assertThat(errors.all()).hasSize(1);
    }

    private static Replica besideASecret() {
        AppSecret secret = AppSecret.of("a secret of tests, long enough to be one".getBytes(UTF_8));
        return new Replica(CONNECTIONS, new AppSecrets(Optional.of(secret), List.of()), WRAP);
    }

    /** It makes no refresh key, and its own is derived from the secret. */
    @Test
    void besideASecretARefusedRefreshRowDoesNotKeepTheServiceFromBeingReady() {
        started(WRAP);
        String refresh = row(Purpose.REFRESH).id();
        unwrap(row(Purpose.REFRESH));
        String before = rows();
        Replica given = besideASecret();
        given.start();
        given.tick();
        assertThat(given.serviceKeys.isUsable()).isTrue();
        assertThat(given.serviceKeys.keys().refreshKeys()).doesNotContainKey(refresh);
        assertThat(rows()).isEqualTo(before);
        assertThat(errors.all()).hasSize(1).allMatch(line -> line.contains(refresh + " is stored in clear"));
    }

    @Test
    void besideASecretARefusedNameKeyKeepsTheServiceFromBeingReady() {
        started(WRAP);
        sql.update("UPDATE service_key SET purpose = 'refresh' WHERE purpose = 'name-hash'");
        String before = rows();
        Replica given = besideASecret();
        assertThatThrownBy(given::start).hasMessageContaining("postponed");
        assertThat(rows()).isEqualTo(before);
    }

    /** The oldest row of each purpose, which nobody can read. */
    @ParameterizedTest
    @EnumSource(Purpose.class)
    void beforeARowThatCannotBeReadTheGoodOnesOfItsPurposeAreUsed(Purpose purpose) {
        Replica running = started(WRAP);
        String signing = running.signing();
        byte[] refreshKey = running.refreshKeys().current().id();
        byte[] hash = new NameHashes(running.serviceKeys).hash("a name");
        sql.update("""
                INSERT INTO service_key VALUES ('x', ?, 'ES256', NULL, '\\x00', 'nokey', '2000-01-01', '2000-01-01', NULL)""", purpose.stored());
        String before = rows();
        Replica starting = replica(WRAP);
        assertThatThrownBy(starting::start).hasMessageContaining("postponed");
        running.tick();
        for (Replica replica : List.of(running, starting)) {
            assertThat(replica.serviceKeys.isUsable()).isFalse();
            assertThat(replica.signing()).isEqualTo(signing);
            assertThat(replica.refreshKeys().current().id()).isEqualTo(refreshKey);
            assertThat(new NameHashes(replica.serviceKeys).hash("a name")).isEqualTo(hash);
        }
        assertThat(rows()).isEqualTo(before);
        assertThat(errors.all()).hasSize(2).allMatch(line -> line.contains("keys=unreadable ids=[x]"));
    }

    /** What is no secret to the database is in clear, whatever the row says. */
    @ParameterizedTest
    @EnumSource(Purpose.class)
    void aPlantedRowInClearThatIsSaidToBeEncryptedIsRefused(Purpose purpose) {
        Replica running = started(WRAP);
        NewKey made = switch (purpose) {
            case SIGNING -> NewKey.signing(KeyAlgorithm.ES256, IN_CLEAR);
            case REFRESH -> NewKey.refresh(IN_CLEAR);
            case NAME_HASH -> NewKey.names(IN_CLEAR);
        };
        plant(new NewKey(made.id(), purpose, made.algorithm(), made.publicKey(), made.material(), "unknown"));
        running.tick();
        assertThat(running.serviceKeys.isUsable()).isTrue();
        assertThat(running.signing()).isNotEqualTo(made.id());
        assertThat(running.jwks()).doesNotContain(made.id());
        assertThat(errors.all()).hasSize(1).allMatch(line -> line.contains(made.id() + " is stored in clear"));
    }

    private static Stream<List<String>> changesOfAPurpose() {
        return Stream.of(
                List.of("refresh", "signing"),
                List.of("refresh", "name-hash"),
                List.of("name-hash", "refresh"),
                List.of("name-hash", "signing"));
    }

    @ParameterizedTest
    @MethodSource("changesOfAPurpose")
    void nothingIsMadeInThePlaceOfARowWhosePurposeWasChanged(List<String> change) {
        Replica running = started(WRAP);
        sql.update("UPDATE service_key SET purpose = ? WHERE purpose = ?", change.get(1), change.get(0));
        assertNothingIsMade(running, change.get(0));
    }

    @Test
    void nothingIsMadeInThePlaceOfSigningRowsWhosePurposeWasChanged() {
        Replica running = started(WRAP);
        sql.update("UPDATE service_key SET purpose = 'refresh' WHERE purpose = 'signing'");
        assertNothingIsMade(running, "signing");
    }

    private void assertNothingIsMade(Replica running, String purpose) {
        String before = rows();
        assertThatThrownBy(() -> started(WRAP)).hasMessageContaining("postponed");
        running.tick();
        running.tick();
        assertThat(running.serviceKeys.isUsable()).isFalse();
        assertThat(rows()).isEqualTo(before);
        assertThat(errors.all())
                .hasSize(2)
                .allMatch(line -> line.contains("no good key is left for " + purpose + "\""));
    }

    @Test
    void nothingIsMadeInThePlaceOfARowOfAnUnknownPurpose() {
        Replica running = started(WRAP);
        sql.update("ALTER TABLE service_key DROP CONSTRAINT service_key_purpose");
        try {
            sql.update("UPDATE service_key SET purpose = ? WHERE purpose = 'refresh'", "x".repeat(100_000));
            assertNothingIsMade(running, "refresh");
        } finally {
            sql.update("DELETE FROM service_key");
            sql.update("""
                    ALTER TABLE service_key ADD CONSTRAINT service_key_purpose
                    CHECK (purpose IN ('signing', 'refresh', 'name-hash'))""");
        }
    }

    /** Otherwise a good key that has stopped would let a new one be made in the place of the bad one. */
    @Test
    void aRefreshKeyThatHasStoppedIsNoGoodKeyThatIsLeft() {
        Replica running = started(WRAP);
        String stopped = row(Purpose.REFRESH).id();
        sql.update("UPDATE service_key SET stopped_at = clock_timestamp() WHERE purpose = 'refresh'");
        running.tick();
        unwrap(row(sql.text("SELECT id FROM service_key WHERE purpose = 'refresh' AND stopped_at IS NULL")));
        String before = rows();
        running.tick();
        assertThat(running.serviceKeys.isUsable()).isFalse();
        assertThat(running.serviceKeys.keys().refreshKeys()).containsKey(stopped);
        assertThat(rows()).isEqualTo(before);
    }

    /** It has no private half that the replica could go on with. */
    @Test
    void aSigningKeyThatHasStoppedIsNotBroughtBackByARowThatCannotBeRead() {
        Replica running = started(WRAP);
        String stopped = running.signing();
        sql.update(
                "UPDATE service_key SET stopped_at = clock_timestamp(), material = NULL, wrapped_under = NULL WHERE id = ?",
                stopped);
        running.tick();
        String next = running.signing();
        sql.update("""
                UPDATE service_key SET stopped_at = NULL, signs_from = clock_timestamp(), material = '\\x00', wrapped_under = 'x'
                WHERE id = ?""", stopped);
        running.tick();
        assertThat(running.serviceKeys.isUsable()).isFalse();
        assertThat(running.signing()).isEqualTo(next).isNotEqualTo(stopped);
        assertThat(errors.all()).hasSize(1).allMatch(line -> line.contains("keys=unreadable ids=[" + stopped + "]"));
    }

    @Test
    void aKnownKeyWhoseRowCannotBeReadAnyMoreIsUsedAndNamedOnce() {
        Replica running = started(WRAP);
        String signing = running.signing();
        sql.update("UPDATE service_key SET material = '\\x00', wrapped_under = 'x' WHERE id = ?", signing);
        running.tick();
        running.tick();
        assertThat(running.serviceKeys.isUsable()).isTrue();
        assertThat(running.signing()).isEqualTo(signing);
        assertThat(errors.all()).hasSize(1).allMatch(line -> line.contains("keys=kept ids=[" + signing + "]"));
        assertThatThrownBy(() -> started(WRAP)).hasMessageContaining("postponed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"public_key", "material"})
    void ofAValueThatIsTooLongOnlyTheBeginningIsRead(String column) {
        Replica running = started(WRAP);
        String bad = running.signing();
        sql.update(
                "UPDATE service_key SET " + column + " = " + column
                        + " || decode(repeat('00', 300000), 'hex') WHERE id = ?",
                bad);
        assertThat(UsableKeys.required(row(bad).material()).length()).isLessThan(20_000);
        assertThat(UsableKeys.required(row(bad).publicKey()).length()).isLessThan(20_000);
        assertTooLong(running, bad);
    }

    @Test
    void theIdOfAnEncryptionKeyThatIsTooLongIsRefused() {
        Replica running = started(WRAP);
        String bad = running.signing();
        sql.update("UPDATE service_key SET wrapped_under = repeat('x', 300000) WHERE id = ?", bad);
        assertThat(row(bad).wrappedUnder()).hasSizeLessThan(100);
        assertTooLong(running, bad);
    }

    private void assertTooLong(Replica running, String bad) {
        running.tick();
        Replica starting = started(WRAP);
        for (Replica replica : List.of(running, starting)) {
            assertThat(replica.serviceKeys.isUsable()).isTrue();
            assertThat(replica.signing()).isNotEqualTo(bad);
            assertThat(replica.jwks()).doesNotContain(bad);
        }
        assertThat(errors.all()).hasSize(2).allMatch(line -> line.contains(bad + " has a value that is longer"));
    }

    @Test
    void anAlgorithmThatIsTooLongIsUnknown() {
        Replica running = started(WRAP);
        String bad = running.signing();
        sql.update("UPDATE service_key SET algorithm = repeat('x', 300000) WHERE id = ?", bad);
        running.tick();
        assertThat(running.serviceKeys.isUsable()).isTrue();
        assertThat(errors.all())
                .hasSize(1)
                .allMatch(line -> line.contains(bad + " has an unknown purpose or algorithm"));
    }
}
