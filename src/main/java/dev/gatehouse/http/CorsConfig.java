package dev.gatehouse.http;

import dev.gatehouse.setting.DurationRange;
import dev.gatehouse.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.AssertFalse;
import jakarta.validation.constraints.Null;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Quarkus' own settings for CORS. Quarkus would also take {@code *}, regular expressions, and what can never match. */
@ConfigMapping(prefix = "quarkus.http.cors")
interface CorsConfig {
    /** The name of a field (RFC 9110, 5.6.2), which may have blanks around it in a list. */
    String TOKEN = "\\s*[A-Za-z0-9!#$%&'*+.^_`|~-]+\\s*";

    /** What an operator reads behind the name of a setting that would restrict preflights. */
    String UNUSED = "must not be set: origins alone decide who may call";

    /** Whether the service looks at the {@code Origin} of requests. */
    @WithDefault("false")
    boolean enabled();

    /**
     * The origins that browsers may call from, each a scheme, a host and perhaps a port, as browsers send them: in lower case, a host beyond
     * ASCII in Punycode, without the default port and without a path. Compared exactly.
     */
    Optional<List<@BrowserOrigin String>> origins();

    /**
     * The header fields of a response that scripts of other origins may read, in addition to those that browsers always show. The
     * default is the list of fields that change what a client does next.
     */
    @WithDefault("Retry-After,WWW-Authenticate,ETag,Allow")
    List<@Pattern(regexp = TOKEN, message = "must be names of header fields") String> exposedHeaders();

    /**
     * How long browsers may keep the answer to a preflight, 0 to 24 hours, the most that a browser keeps. The default is the most that
     * Chromium keeps. The answer grants nothing by itself: each call is judged by its origin.
     */
    @WithDefault("PT2H")
    @WithConverter(DurationSetting.class)
    @DurationRange(min = "PT0S", max = "PT24H")
    Duration accessControlMaxAge();

    /** Must not be set. A preflight allows each method: which one a path has is the same for every caller. */
    Optional<@Null(message = UNUSED) String> methods();

    /** Must not be set. A preflight allows every header field, because the service ignores a field that it does not document. */
    Optional<@Null(message = UNUSED) String> headers();

    /** Must not be true. Tokens travel in {@code Authorization}, which needs no permission for cookies. */
    Optional<@AssertFalse(message = "must not be true: the service uses no cookies") Boolean>
            accessControlAllowCredentials();
}
