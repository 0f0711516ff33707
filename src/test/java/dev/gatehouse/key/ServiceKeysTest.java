package dev.gatehouse.key;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.MutableClock;
import dev.gatehouse.OperationsDocument;
import dev.gatehouse.Sql;
import dev.gatehouse.TestPostgres;
import dev.gatehouse.database.OwnConnections;
import dev.gatehouse.database.TestConnections;
import dev.gatehouse.key.RefreshKeys.RefreshKey;
import dev.gatehouse.key.ServiceKey.KeyBytes;
import dev.gatehouse.key.SigningKeys.VerificationKey;
import dev.gatehouse.problem.NotReadyException;
import dev.gatehouse.token.AccessTokens.TokenCheckOutcome;
import dev.gatehouse.token.TokenForge;
import dev.gatehouse.token.TokenReplica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of keys, on replicas that share a database of their own, whose time passes as its rows grow older. */
class ServiceKeysTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final byte[] MESSAGE = "a message".getBytes(UTF_8);
    private static final AppSecret SECRET = AppSecret.of("a secret of tests, long enough to be one".getBytes(UTF_8));

    private static final String URL = TestPostgres.newDatabase();
    private static final OwnConnections CONNECTIONS = TestConnections.to(URL);

    private final Sql sql = Sql.of(URL);
    private final MutableClock clock = new MutableClock();

    @BeforeEach
    void empty() {
        sql.update("DELETE FROM service_key");
    }

    private static Replica started() {
        return Replica.started(CONNECTIONS, Replica.SCHEDULE);
    }

    private static Replica started(AppSecrets secrets, EncryptionKey... encryptionKeys) {
        Replica replica = new Replica(CONNECTIONS, Replica.SCHEDULE, secrets, List.of(encryptionKeys));
        replica.start();
        return replica;
    }

    private static Replica startedAcceptingClear(EncryptionKey encryptionKey) {
        Replica replica =
                new Replica(CONNECTIONS, Replica.noSecrets(), new EncryptionKeys(List.of(encryptionKey), true));
        replica.start();
        return replica;
    }

    private static EncryptionKey encryptionKey(int n) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) n;
        return EncryptionKey.parse(Base64.getEncoder().encodeToString(bytes));
    }

    /** Lets time pass in the database: everything in it is older by that much. */
    private void pass(Duration time) {
        sql.update("""
                UPDATE service_key SET created_at = created_at - CAST(? AS interval),
                    signs_from = signs_from - CAST(? AS interval), stopped_at = stopped_at - CAST(? AS interval)""", time.toString(), time.toString(), time.toString());
    }

    private long count(String purpose) {
        return sql.number("SELECT count(*) FROM service_key WHERE purpose = ?", purpose);
    }

    private String standby() {
        return sql.text("SELECT id FROM service_key WHERE purpose = 'signing' AND signs_from IS NULL");
    }

    private static Set<String> published(Replica replica) {
        try {
            JsonNode keys = new ObjectMapper().readTree(replica.jwks()).path("keys");
            return Set.copyOf(keys.findValuesAsText("kid"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean verifies(Replica replica, String kid) {
        return replica.signingKeys().verificationKey(kid).isPresent();
    }

    private static boolean accepts(Replica replica, RefreshKey key) {
        return replica.refreshKeys().isAuthentic(key.id(), MESSAGE, key.code(MESSAGE));
    }

    @Test
    void atTheFirstStartOneKeySignsAtOnceAndAnotherStandsByPublished() {
        Replica replica = started();
        assertThat(count("signing")).isEqualTo(2);
        assertThat(count("refresh")).isEqualTo(1);
        assertThat(count("name-hash")).isEqualTo(1);
        assertThat(published(replica)).containsExactlyInAnyOrder(replica.signing(), standby());
        assertThat(replica.refreshKeys().current().id()).hasSize(RefreshKey.ID_BYTES);
    }

    @Test
    void thePublishedSetHasPublicMembersOnlyAndItsKidsAreThumbprints() throws JsonProcessingException {
        JsonNode keys = new ObjectMapper().readTree(started().jwks()).path("keys");
        for (JsonNode key : keys) {
            assertThat(key.properties())
                    .extracting(Map.Entry::getKey)
                    .containsExactlyInAnyOrder("kty", "use", "kid", "alg", "crv", "x", "y");
            assertThat(key.path("alg").asText()).isEqualTo("ES256");
            assertThat(key.path("use").asText()).isEqualTo("sig");
            assertThat(key.path("kid").asText()).hasSize(43);
        }
    }

    @Test
    void replicasThatStartAtTheSameMomentAgree() {
        for (int round = 0; round < 20; round++) {
            empty();
            List<Replica> replicas =
                    IntStream.range(0, 4).parallel().mapToObj(n -> started()).toList();
            replicas.forEach(Replica::tick);
            assertThat(replicas.stream().map(Replica::signing).distinct()).hasSize(1);
            assertThat(replicas.stream().map(Replica::jwks).distinct()).hasSize(1);
            assertThat(replicas)
                    .allMatch(replica ->
                            accepts(replica, replicas.getFirst().refreshKeys().current()));
            assertThat(count("signing")).isEqualTo(2);
            assertThat(count("refresh")).isEqualTo(1);
        }
    }

    @Test
    void aKeySignsForItsLifetimeThenTheStandbyDoesAndAnotherIsMade() {
        Replica one = started();
        Replica other = started();
        String first = one.signing();
        String second = standby();
        pass(Replica.LIFETIME.minus(SECOND));
        one.tick();
        assertThat(one.signing()).isEqualTo(first);
        pass(SECOND);
        one.tick();
        assertThat(one.signing()).isEqualTo(second);
        assertThat(other.signing()).isEqualTo(first);
        other.tick();
        assertThat(other.signing()).isEqualTo(second);
        assertThat(published(one)).containsExactlyInAnyOrder(first, second, standby());
        assertThat(published(other)).isEqualTo(published(one));
    }

    @Test
    void aStandbyDoesNotSignBeforeItHasBeenPublishedForFifteenMinutes() {
        Replica replica = started();
        String first = replica.signing();
        String second = standby();
        sql.update("UPDATE service_key SET signs_from = signs_from - interval '1 year' WHERE id = ?", first);
        pass(Duration.ofMinutes(15).minus(SECOND));
        replica.tick();
        assertThat(replica.signing()).isEqualTo(first);
        pass(SECOND);
        replica.tick();
        assertThat(replica.signing()).isEqualTo(second);
    }

    /** No clock of a database explains such an instant, and it must not keep keys from taking turns for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"infinity", "2999-01-01"})
    void aStandbyFromFarAheadTakesItsTurn(String createdAt) {
        Replica replica = started();
        String first = replica.signing();
        String second = standby();
        sql.update("UPDATE service_key SET created_at = CAST(? AS timestamptz) WHERE id = ?", createdAt, second);
        replica.tick();
        assertThat(replica.signing()).isEqualTo(first);
        sql.update("UPDATE service_key SET signs_from = signs_from - interval '1 year' WHERE id = ?", first);
        replica.tick();
        assertThat(replica.signing()).isEqualTo(second);
    }

    @Test
    void aKeyThatIsToSignFromFarAheadOnGivesItsTurn() {
        Replica replica = started();
        String first = replica.signing();
        String second = standby();
        pass(Duration.ofMinutes(15));
        sql.update("UPDATE service_key SET signs_from = 'infinity' WHERE id = ?", first);
        replica.tick();
        assertThat(replica.signing()).isEqualTo(second);
    }

    @Test
    void aStandbyFromAnHourAheadHasNotBeenPublishedYet() {
        Replica replica = started();
        String first = replica.signing();
        sql.update("UPDATE service_key SET created_at = created_at + interval '1 hour' WHERE id = ?", standby());
        sql.update("UPDATE service_key SET signs_from = signs_from - interval '1 year' WHERE id = ?", first);
        replica.tick();
        assertThat(replica.signing()).isEqualTo(first);
    }

    @Test
    void aKeyThatHasStoppedIsPublishedWhileItsTokensLiveThenRefreshesThenGoes() {
        Replica replica = started();
        String first = replica.signing();
        pass(Replica.LIFETIME);
        replica.tick();
        assertThat(sql.rows("SELECT material, wrapped_under FROM service_key WHERE id = ?", first)
                        .getFirst()
                        .values())
                .containsOnlyNulls();
        pass(Replica.ACCESS_TOKEN);
        replica.tick();
        assertThat(published(replica)).contains(first);
        pass(Duration.ofMinutes(1));
        replica.tick();
        assertThat(published(replica)).doesNotContain(first);
        assertThat(replica.signingKeys().verificationKey(first))
                .hasValueSatisfying(key -> assertThat(key.published()).isFalse());
        pass(Replica.SESSION.minus(Duration.ofMinutes(2)));
        replica.tick();
        assertThat(verifies(replica, first)).isTrue();
        pass(Duration.ofMinutes(2));
        replica.tick();
        replica.tick();
        assertThat(verifies(replica, first)).isFalse();
        assertThat(sql.number("SELECT count(*) FROM service_key WHERE id = ?", first))
                .isZero();
    }

    @Test
    void anOperatorRetiresAKidAndTheStandbySignsAtOnce() {
        Replica one = started();
        Replica other = started();
        String leaked = one.signing();
        String next = standby();
        RefreshKey refreshKey = one.refreshKeys().current();
        sql.update(OperationsDocument.statement("DELETE FROM service_key WHERE purpose = 'signing'")
                .replace("the-kid", leaked));
        one.tick();
        other.tick();
        for (Replica replica : List.of(one, other)) {
            assertThat(verifies(replica, leaked)).isFalse();
            assertThat(replica.signing()).isEqualTo(next);
            assertThat(published(replica)).containsExactlyInAnyOrder(next, standby());
            assertThat(accepts(replica, refreshKey)).isTrue();
        }
    }

    @Test
    void anOperatorRetiresAStandbyAndAnotherIsMade() {
        Replica replica = started();
        String leaked = standby();
        sql.update(OperationsDocument.statement("DELETE FROM service_key WHERE purpose = 'signing'")
                .replace("the-kid", leaked));
        replica.tick();
        assertThat(standby()).isNotEqualTo(leaked);
        assertThat(published(replica)).containsExactlyInAnyOrder(replica.signing(), standby());
    }

    @Test
    void anOperatorRetiresEveryKeyAndNewOnesAreMade() {
        Replica one = started();
        Replica other = started();
        byte[] hash = new NameHashes(one.serviceKeys).hash("a name");
        Set<String> leaked = published(one);
        RefreshKey leakedRefreshKey = one.refreshKeys().current();
        sql.update(OperationsDocument.statement("DELETE FROM service_key WHERE purpose IN"));
        one.tick();
        other.tick();
        for (Replica replica : List.of(one, other)) {
            assertThat(published(replica)).hasSize(2).doesNotContainAnyElementsOf(leaked);
            assertThat(leaked).noneMatch(kid -> verifies(replica, kid));
            assertThat(accepts(replica, leakedRefreshKey)).isFalse();
            assertThat(accepts(replica, one.refreshKeys().current())).isTrue();
            assertThat(new NameHashes(replica.serviceKeys).hash("a name")).isEqualTo(hash);
        }
    }

    @Test
    void anOperatorAsksForANewRefreshKeyAndNobodyNotices() {
        Replica one = started();
        Replica other = started();
        RefreshKey old = one.refreshKeys().current();
        assertThat(sql.update(OperationsDocument.statement("UPDATE service_key")))
                .isEqualTo(1);
        one.tick();
        assertThat(count("refresh")).isEqualTo(2);
        assertThat(one.refreshKeys().current().id()).isEqualTo(old.id());
        pass(Duration.ofMinutes(15).minus(SECOND));
        other.tick();
        assertThat(other.refreshKeys().current().id()).isEqualTo(old.id());
        pass(SECOND);
        one.tick();
        other.tick();
        RefreshKey next = one.refreshKeys().current();
        assertThat(next.id()).isNotEqualTo(old.id());
        assertThat(accepts(other, next)).isTrue();
        assertThat(accepts(other, old)).isTrue();
        pass(Replica.SESSION.minus(SECOND));
        other.tick();
        assertThat(accepts(other, old)).isTrue();
        pass(SECOND);
        other.tick();
        assertThat(accepts(other, old)).isFalse();
        assertThat(accepts(other, next)).isTrue();
        assertThat(count("refresh")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyAlgorithm.class,
            names = {"RS256", "EDDSA"})
    void anotherAlgorithmIsPublishedAtOnceAndSignsAfterFifteenMinutes(KeyAlgorithm algorithm) {
        String first = started().signing();
        KeySchedule changed = Replica.schedule(algorithm);
        Replica replica = new Replica(CONNECTIONS, changed, Replica.noSecrets(), List.of());
        replica.start();
        String next = standby();
        assertThat(replica.signing()).isEqualTo(first);
        assertThat(published(replica)).containsExactlyInAnyOrder(first, next);
        assertThat(replica.jwks()).contains("\"alg\":\"" + algorithm.joseName() + "\"");
        pass(Duration.ofMinutes(15));
        replica.tick();
        assertThat(replica.signing()).isEqualTo(next);
        assertThat(replica.signingKeys().current().algorithm()).isEqualTo(algorithm.joseName());
        assertThat(published(replica)).containsExactlyInAnyOrder(first, next, standby());
    }

    @Test
    void replicasWithTwoAlgorithmsDoNotReplaceEachOthersKeys() {
        Replica old = started();
        Replica changed =
                new Replica(CONNECTIONS, Replica.schedule(KeyAlgorithm.EDDSA), Replica.noSecrets(), List.of());
        changed.start();
        String next = standby();
        old.tick();
        assertThat(standby()).isEqualTo(next);
        pass(Duration.ofMinutes(15));
        old.tick();
        changed.tick();
        assertThat(old.signing()).isEqualTo(next);
        for (int quarter = 0; quarter < 4; quarter++) {
            pass(Duration.ofMinutes(15));
            old.tick();
            changed.tick();
            assertThat(changed.signing()).isEqualTo(next);
        }
        assertThat(count("signing")).isEqualTo(3);
        assertThat(sql.text("SELECT algorithm FROM service_key WHERE id = ?", standby()))
                .isEqualTo("EdDSA");
    }

    /** What signs must not be missing for the moment in which another replica, or this one, writes down what signs now. */
    @Test
    void withoutItsSigningKeyAReplicaSignsWithTheStandbyBeforeThatIsWritten() {
        Replica replica = started();
        String next = standby();
        List<Runnable> later = new ArrayList<>();
        Replica slow = new Replica(
                CONNECTIONS, Replica.SCHEDULE, Replica.noSecrets(), new EncryptionKeys(List.of(), false), later::add);
        slow.start();
        sql.update("DELETE FROM service_key WHERE id = ?", replica.signing());
        slow.tick();
        slow.tick();
        assertThat(slow.signing()).isEqualTo(next);
        assertThat(sql.text("SELECT id FROM service_key WHERE signs_from IS NULL"))
                .isEqualTo(next);
        assertThat(later).hasSize(1);
        later.getFirst().run();
        assertThat(standby()).isNotEqualTo(next);
        assertThat(slow.signing()).isEqualTo(next);
    }

    @Test
    void withoutAnyKeyThereIsNothingToSignWith() {
        Replica slow = new Replica(
                CONNECTIONS, Replica.SCHEDULE, Replica.noSecrets(), new EncryptionKeys(List.of(), false), later -> {});
        slow.start();
        sql.update(OperationsDocument.statement("DELETE FROM service_key WHERE purpose IN"));
        slow.tick();
        assertThatThrownBy(slow::signing).isInstanceOf(NotReadyException.class);
        assertThatThrownBy(() -> slow.refreshKeys().current()).isInstanceOf(NotReadyException.class);
    }

    @Test
    void keysInClearAreEncryptedWhereTheyAreAcceptedAndStayTheSame() {
        Replica before = started();
        String clear = materials();
        Replica after = startedAcceptingClear(encryptionKey(1));
        assertThat(materials()).isNotEqualTo(clear);
        assertThat(wrappedUnder()).containsExactly(encryptionKey(1).id());
        assertThat(after.signing()).isEqualTo(before.signing());
        Replica later = started(Replica.noSecrets(), encryptionKey(1));
        assertThat(later.signing()).isEqualTo(before.signing());
        assertThat(accepts(later, before.refreshKeys().current())).isTrue();
        assertThat(new NameHashes(later.serviceKeys).hash("a name"))
                .isEqualTo(new NameHashes(before.serviceKeys).hash("a name"));
    }

    @Test
    void newKeysAreEncryptedFromTheBeginning() {
        Replica replica = started(Replica.noSecrets(), encryptionKey(1));
        pass(Replica.LIFETIME);
        replica.tick();
        assertThat(wrappedUnder()).containsExactly(encryptionKey(1).id());
        assertThat(count("signing")).isEqualTo(3);
    }

    @Test
    void anEncryptionKeyFollowsAnotherInTwoStepsWithoutAReplicaThatCannotRead() {
        Replica running = started(Replica.noSecrets(), encryptionKey(1));
        Replica stepOne = started(Replica.noSecrets(), encryptionKey(1), encryptionKey(2));
        assertThat(wrappedUnder()).containsExactly(encryptionKey(1).id());
        started(Replica.noSecrets(), encryptionKey(2), encryptionKey(1));
        assertThat(wrappedUnder()).containsExactly(encryptionKey(2).id());
        Replica withoutTheOld = started(Replica.noSecrets(), encryptionKey(2));
        stepOne.tick();
        assertThat(stepOne.serviceKeys.isUsable()).isTrue();
        assertThat(withoutTheOld.signing()).isEqualTo(running.signing());
    }

    @Test
    void whatWasMadeBetweenTheTwoStepsIsFoundByTheDocumentsQuery() {
        Replica stepOne = started(Replica.noSecrets(), encryptionKey(1), encryptionKey(2));
        started(Replica.noSecrets(), encryptionKey(2), encryptionKey(1));
        String query = OperationsDocument.statement("SELECT id FROM service_key")
                .replace("the-new-id", encryptionKey(2).id());
        assertThat(sql.rows(query)).isEmpty();
        pass(Replica.LIFETIME);
        stepOne.tick();
        assertThat(sql.rows(query)).hasSize(1);
        started(Replica.noSecrets(), encryptionKey(2), encryptionKey(1));
        assertThat(sql.rows(query)).isEmpty();
    }

    @Test
    void afterALostEncryptionKeyTheDocumentsStatementLetsTheServiceStart() {
        Replica before = started(Replica.noSecrets(), encryptionKey(1));
        byte[] hash = new NameHashes(before.serviceKeys).hash("a name");
        sql.update(OperationsDocument.statement("DELETE FROM service_key WHERE wrapped_under"));
        Replica after = started(Replica.noSecrets(), encryptionKey(2));
        assertThat(after.signing()).isNotEqualTo(before.signing());
        assertThat(new NameHashes(after.serviceKeys).hash("a name")).isNotEqualTo(hash);
        Replica running = started(Replica.noSecrets(), encryptionKey(2));
        sql.update("DELETE FROM service_key WHERE purpose = 'name-hash'");
        running.tick();
        after.tick();
        assertThat(new NameHashes(running.serviceKeys).hash("a name"))
                .isEqualTo(new NameHashes(after.serviceKeys).hash("a name"));
    }

    @Test
    void afterALeakedEncryptionKeyTheDocumentsStepsMakeNewKeysUnderAnother() {
        Replica before = started(Replica.noSecrets(), encryptionKey(1));
        Replica restarted = started(Replica.noSecrets(), encryptionKey(2), encryptionKey(1));
        sql.update(OperationsDocument.statement("DELETE FROM service_key WHERE purpose IN"));
        restarted.tick();
        Replica withoutTheLeaked = started(Replica.noSecrets(), encryptionKey(2));
        assertThat(withoutTheLeaked.signing()).isEqualTo(restarted.signing()).isNotEqualTo(before.signing());
        assertThat(wrappedUnder()).containsExactly(encryptionKey(2).id());
    }

    @Test
    void whatNoKeyOpensIsNotReplacedAndTheServiceDoesNotStart() {
        started(Replica.noSecrets(), encryptionKey(1));
        String before = rows();
        for (EncryptionKey[] wrong :
                new EncryptionKey[][] {{}, {encryptionKey(2)}, {encryptionKey(2), encryptionKey(3)}}) {
            assertThatThrownBy(() -> started(Replica.noSecrets(), wrong)).hasMessageContaining("postponed");
            assertThat(rows()).isEqualTo(before);
        }
    }

    @Test
    void aRunningReplicaThatCannotReadANewKeyIsNotReadyAndStillKnowsWhatWasRetired() {
        Replica replica = started();
        String retired = replica.signing();
        String next = standby();
        sql.update("DELETE FROM service_key WHERE id = ?", retired);
        startedAcceptingClear(encryptionKey(1));
        String unreadable = standby();
        replica.tick();
        assertThat(replica.serviceKeys.isUsable()).isFalse();
        assertThat(verifies(replica, retired)).isFalse();
        assertThat(replica.signing()).isEqualTo(next);
        assertThat(published(replica)).containsExactlyInAnyOrder(next, unreadable);
        assertThat(standby()).isEqualTo(unreadable);
    }

    private String materials() {
        return sql.text("SELECT string_agg(encode(material, 'hex'), ' ' ORDER BY id) FROM service_key");
    }

    private String rows() {
        return sql.rows("SELECT id, encode(material, 'hex') AS m, signs_from, stopped_at FROM service_key ORDER BY id")
                .toString();
    }

    private List<String> wrappedUnder() {
        return sql.rows("SELECT DISTINCT wrapped_under FROM service_key WHERE material IS NOT NULL").stream()
                .flatMap(row -> Stream.of(String.valueOf(row.get("wrapped_under"))))
                .toList();
    }

    @Test
    void withASecretItAloneSignsAndNothingIsPublished() {
        Replica replica = started(new AppSecrets(Optional.of(SECRET), List.of()));
        assertThat(replica.signing()).isEqualTo(TestKeys.kid(SECRET.bytes()));
        assertThat(replica.signingKeys().current().algorithm()).isEqualTo("HS256");
        assertThat(replica.jwks()).isEqualTo("{\"keys\":[]}");
        assertThat(count("signing")).isZero();
        assertThat(count("refresh")).isZero();
        assertThat(count("name-hash")).isEqualTo(1);
    }

    @Test
    void oneSecretFollowsAnotherWithoutAnyoneBeingLoggedOut() {
        AppSecret next = AppSecret.of("another secret of tests, as long as the other".getBytes(UTF_8));
        AppSecrets before = new AppSecrets(Optional.of(SECRET), List.of());
        AppSecrets prepared = new AppSecrets(Optional.of(SECRET), List.of(next));
        AppSecrets swapped = new AppSecrets(Optional.of(next), List.of(SECRET));
        List<Replica> replicas = new ArrayList<>();
        for (List<AppSecrets> step : List.of(List.of(before, prepared), List.of(prepared, swapped))) {
            replicas.clear();
            step.forEach(secrets -> replicas.add(started(secrets)));
            for (Replica replica : replicas) {
                assertThat(replicas).allMatch(other -> verifies(other, replica.signing()));
                assertThat(replicas)
                        .allMatch(other -> accepts(other, replica.refreshKeys().current()));
            }
        }
        assertThat(replicas.getLast().signing()).isEqualTo(TestKeys.kid(next.bytes()));
        Replica afterALeak = started(new AppSecrets(Optional.of(next), List.of()));
        assertThat(verifies(afterALeak, TestKeys.kid(SECRET.bytes()))).isFalse();
        assertThat(accepts(afterALeak, RefreshKey.of(SECRET))).isFalse();
    }

    @Test
    void keysOfTheServiceFollowASecretAndItsTokensStayGood() {
        Replica given = started(new AppSecrets(Optional.of(SECRET), List.of()));
        Replica managed = started(new AppSecrets(Optional.empty(), List.of(SECRET)));
        assertThat(verifies(managed, given.signing())).isTrue();
        assertThat(accepts(managed, given.refreshKeys().current())).isTrue();
        assertThat(published(managed)).hasSize(2).doesNotContain(given.signing());
        assertThat(managed.signingKeys().current().algorithm()).isEqualTo("ES256");
    }

    @Test
    void theWayBackToASecretEndsAccessTokensAndKeepsRefreshTokens() {
        Replica managed = started();
        RefreshKey refreshKey = managed.refreshKeys().current();
        Replica given = started(new AppSecrets(Optional.of(SECRET), List.of()));
        assertThat(verifies(given, managed.signing())).isFalse();
        assertThat(accepts(given, refreshKey)).isTrue();
        assertThat(given.refreshKeys().current().id()).isNotEqualTo(refreshKey.id());
        Replica managedAgain = started();
        for (int second = 0; second < 5; second++) {
            given.tick();
            managedAgain.tick();
        }
        assertThat(managedAgain.refreshKeys().current().id()).isEqualTo(refreshKey.id());
        assertThat(count("signing")).isEqualTo(2);
        assertThat(count("refresh")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyAlgorithm.class,
            names = {"ES256", "RS256", "EDDSA"})
    void tokensUnderAKeyOfEachAlgorithmAreMadeAndChecked(KeyAlgorithm algorithm) {
        Replica replica = Replica.started(CONNECTIONS, Replica.schedule(algorithm));
        TokenReplica tokens = new TokenReplica(replica.signingKeys(), clock, 0);
        String token = tokens.issue();
        assertThat(TokenForge.of(token, new byte[1]).header().path("alg").asText())
                .isEqualTo(algorithm.joseName());
        assertThat(tokens.accepts(token)).isTrue();
        String otherEnd = token.endsWith("AAAA") ? "BBBB" : "AAAA";
        assertThat(tokens.accepts(token.substring(0, token.length() - 4) + otherEnd))
                .isFalse();
    }

    @Test
    void underAKeyThatIsNoLongerPublishedATokenIsOnlyGoodForARefresh() {
        Replica replica = started();
        TokenReplica tokens = new TokenReplica(replica.signingKeys(), clock, 100);
        String token = tokens.issue();
        assertThat(tokens.accepts(token)).isTrue();
        pass(Replica.LIFETIME);
        replica.tick();
        assertThat(tokens.accepts(token)).isTrue();
        pass(Replica.ACCESS_TOKEN.plus(Duration.ofMinutes(1)));
        replica.tick();
        // It should have expired by now; one that has not was made by somebody who has the key.
        assertThat(tokens.check(token)).isInstanceOf(TokenCheckOutcome.Invalid.class);
        clock.advance(Duration.ofMinutes(31));
        assertThat(tokens.check(token)).isInstanceOf(TokenCheckOutcome.Expired.class);
    }

    @Test
    void aKeyIsTheSameObjectUntilSomethingChanges() {
        Replica replica = started();
        VerificationKey key =
                replica.signingKeys().verificationKey(replica.signing()).orElseThrow();
        Object set = replica.serviceKeys.keys().jwkSet();
        replica.tick();
        assertThat(replica.signingKeys().verificationKey(replica.signing()).orElseThrow())
                .isSameAs(key);
        assertThat(replica.serviceKeys.keys().jwkSet()).isSameAs(set);
    }

    @Test
    void noKeyPrintsItself() {
        Replica replica = started(new AppSecrets(Optional.empty(), List.of(SECRET)));
        assertThat(replica.signingKeys().current().toString()).contains("redacted");
        assertThat(replica.refreshKeys().current()).hasToString("RefreshKey[redacted]");
        assertThat(new KeyBytes(new byte[1])).hasToString("KeyBytes[redacted]");
        assertThat(replica.serviceKeys.keys().toString())
                .startsWith("UsableKeys[")
                .hasSizeLessThan(200);
    }
}
