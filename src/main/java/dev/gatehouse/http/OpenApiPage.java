package dev.gatehouse.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.smallrye.openapi.runtime.OpenApiConstants;
import io.quarkus.smallrye.openapi.runtime.OpenApiDocumentService;
import io.smallrye.openapi.runtime.io.Format;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Answers with the OpenAPI document out of one piece of memory. Quarkus would copy it for each request, and
 * anybody may make a thousand of these at once.
 */
@ApplicationScoped
class OpenApiPage {
    /** Before Quarkus' own handler. */
    private static final int ORDER = -1;

    private final OpenApiDocumentService documents;
    private final ObjectMapper mapper;
    private volatile @Nullable StoredFile page;

    OpenApiPage(OpenApiDocumentService documents, ObjectMapper mapper) {
        this.documents = documents;
        this.mapper = mapper;
    }

    void register(@Observes Router router) {
        router.route("/openapi.json")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .order(ORDER)
                .handler(this::answer);
    }

    private void answer(RoutingContext context) {
        StoredFile known = page;
        if (known != null) {
            known.answer(context);
            return;
        }
        context.vertx().executeBlocking(this::page).onFailure(context::fail).onSuccess(made -> made.answer(context));
    }

    private synchronized StoredFile page() {
        StoredFile made = page;
        if (made == null) {
            made = StoredFile.of(
                    MediaTypes.JSON,
                    compact(documents.getDocument(OpenApiConstants.DEFAULT_DOCUMENT_NAME, Format.JSON)));
            page = made;
        }
        return made;
    }

    /** Without line breaks and indentation, which are two fifths of the document. */
    private byte[] compact(byte[] document) {
        try {
            return mapper.writeValueAsBytes(mapper.readTree(document));
        } catch (IOException e) {
            throw new UncheckedIOException("the document is JSON", e);
        }
    }
}
