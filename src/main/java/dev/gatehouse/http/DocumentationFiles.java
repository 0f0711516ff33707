package dev.gatehouse.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.swaggerui.runtime.SwaggerUiRuntimeConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers with the documentation page and its files. The page is ours. It has only relative links, so that it works under any path
 * prefix of a reverse proxy, and no inline script, so that its Content-Security-Policy needs no exception for scripts. The other files
 * are those of Swagger UI.
 *
 * <p>Each file is read once, compressed once, and kept in memory: its script has 1.4 MB, and anybody may ask for it a thousand times
 * at once. In dev mode Swagger UI's files come from Quarkus.
 */
@ApplicationScoped
class DocumentationFiles {
    /** Before Quarkus' own handler. */
    private static final int ORDER = -1;

    private static final String PATH = "/docs/";
    private static final String PAGE = "index.html";

    /** The page, its script and its styles. */
    private static final String OURS = "page/";

    /** Where Quarkus puts the files of Swagger UI when it packages the service. */
    private static final String SWAGGER_UI =
            "/META-INF/io.smallrye_smallrye-open-api-ui__jar/META-INF/resources/openapi-ui/";

    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript;charset=UTF-8",
            "css", "text/css;charset=UTF-8",
            "html", "text/html;charset=UTF-8",
            "map", "application/json;charset=UTF-8",
            "png", "image/png",
            "ico", "image/x-icon");

    /**
     * What the page may load and who may frame it. People enter passwords and tokens there. Swagger UI sets styles inline and has images
     * in {@code data:} URLs.
     */
    private static final Map<String, String> RESTRICTIONS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self';"
                    + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer");

    private final SwaggerUiRuntimeConfig config;
    private final Map<Form, StoredFile> files = new ConcurrentHashMap<>();

    /** A file in one of the forms in which it is sent. */
    private record Form(String name, String type, boolean compressed) {}

    DocumentationFiles(SwaggerUiRuntimeConfig config) {
        this.config = config;
    }

    void register(@Observes Router router) {
        // The pattern matches the path without the slash as well.
        router.route(PATH + "*")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .order(ORDER)
                .handler(isEnabled() ? this::answer : DocumentationFiles::refuse);
    }

    @SuppressWarnings("removal") // The older name of the setting still works.
    private boolean isEnabled() {
        return config.enable().orElse(config.enabled());
    }

    private static void refuse(RoutingContext context) {
        context.fail(HttpResponseStatus.NOT_FOUND.code());
    }

    private void answer(RoutingContext context) {
        RESTRICTIONS.forEach(context.response()::putHeader);
        String path = context.normalizedPath();
        if (!path.startsWith(PATH)) {
            redirect(context);
            return;
        }
        String name = path.equals(PATH) ? PAGE : path.substring(PATH.length());
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null || name.contains("/")) {
            context.next();
        } else if (name.endsWith(".html") && !name.equals(PAGE)) {
            // Swagger UI's page for OAuth, which consists of an inline script. No call of the document needs it.
            refuse(context);
        } else {
            answer(context, form(context, name, type));
        }
    }

    /** Relative (RFC 9110, 10.2.2): the service does not know under which prefix a reverse proxy publishes it. */
    private static void redirect(RoutingContext context) {
        context.response()
                .setStatusCode(HttpResponseStatus.FOUND.code())
                .putHeader(HttpHeaders.LOCATION, PATH.substring(1))
                .end();
    }

    /** Images are compressed already. */
    private static Form form(RoutingContext context, String name, String type) {
        if (type.startsWith("image/")) {
            return new Form(name, type, false);
        }
        context.response().headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        List<String> encodings = context.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING);
        return new Form(name, type, MediaTypes.acceptsGzip(encodings));
    }

    private void answer(RoutingContext context, Form form) {
        StoredFile known = files.get(form);
        if (known != null) {
            known.answer(context);
            return;
        }
        // Reading and compressing take too long for an event loop. Concurrent requests wait for the first one.
        context.vertx()
                .executeBlocking(() -> files.computeIfAbsent(form, DocumentationFiles::read))
                .onFailure(context::fail)
                .onSuccess(file -> answerOrPass(context, file));
    }

    private static void answerOrPass(RoutingContext context, @Nullable StoredFile file) {
        if (file == null) {
            context.next();
        } else {
            file.answer(context);
        }
    }

    private static @Nullable StoredFile read(Form form) {
        byte[] bytes = bytes(OURS + form.name());
        if (bytes == null) {
            bytes = bytes(SWAGGER_UI + form.name());
        }
        if (bytes == null) {
            return null;
        }
        return form.compressed() ? StoredFile.compressed(form.type(), bytes) : StoredFile.of(form.type(), bytes);
    }

    private static byte @Nullable [] bytes(String resource) {
        try (InputStream file = DocumentationFiles.class.getResourceAsStream(resource)) {
            return file == null ? null : file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
