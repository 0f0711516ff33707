package dev.gatehouse.http;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers with the files of the documentation page compressed, to clients that take gzip. Each file is compressed once and kept in
 * memory: its script has 1.4 MB, and anybody may ask for it a thousand times at once. Other clients, and dev mode, get the files
 * from Quarkus.
 */
@ApplicationScoped
class DocumentationFiles {
    /** Before Quarkus' own handler. */
    private static final int ORDER = -1;

    private static final String PATH = "/docs/";

    /** Where Quarkus puts them when it packages the service. */
    private static final String FOLDER =
            "/META-INF/io.smallrye_smallrye-open-api-ui__jar/META-INF/resources/openapi-ui/";

    /** The types of the files that become smaller; the others are images. */
    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript;charset=UTF-8",
            "css", "text/css;charset=UTF-8",
            "html", "text/html;charset=UTF-8");

    private final Map<String, Buffer> compressed = new ConcurrentHashMap<>();

    void register(@Observes Router router) {
        router.get(PATH + "*").order(ORDER).handler(this::answer);
        router.head(PATH + "*").order(ORDER).handler(this::answer);
    }

    private void answer(RoutingContext context) {
        String path = context.normalizedPath();
        String name = !path.startsWith(PATH) ? "" : path.equals(PATH) ? "index.html" : path.substring(PATH.length());
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null || name.contains("/")) {
            context.next();
            return;
        }
        context.response().headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        if (!MediaTypes.acceptsGzip(context.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING))) {
            context.next();
            return;
        }
        Buffer file = compressed.get(name);
        if (file != null) {
            answer(context, type, file);
        } else {
            // Compressing takes too long for an event loop.
            context.vertx()
                    .executeBlocking(() -> compress(name))
                    .onFailure(context::fail)
                    .onSuccess(made -> answer(context, type, made));
        }
    }

    private static void answer(RoutingContext context, String type, @Nullable Buffer file) {
        if (file == null) {
            context.next();
            return;
        }
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CONTENT_ENCODING, "gzip")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(file.length()))
                .putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=86400");
        context.end(file); // Of a HEAD request Vert.x sends the head alone.
    }

    private @Nullable Buffer compress(String name) throws IOException {
        try (InputStream file = DocumentationFiles.class.getResourceAsStream(FOLDER + name)) {
            if (file == null) {
                return null;
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (OutputStream gzip = new GZIPOutputStream(bytes)) {
                file.transferTo(gzip);
            }
            return compressed.computeIfAbsent(name, absent -> shared(bytes.toByteArray()));
        }
    }

    /** Off the heap, from where Netty would copy it for each response. */
    @SuppressWarnings("deprecation") // There is no other way to it before Vert.x 5.
    static Buffer shared(byte[] bytes) {
        return Buffer.buffer(Unpooled.directBuffer(bytes.length).writeBytes(bytes));
    }
}
