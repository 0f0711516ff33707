package dev.gatehouse.http;

import io.quarkus.smallrye.openapi.runtime.OpenApiConstants;
import io.quarkus.smallrye.openapi.runtime.OpenApiDocumentService;
import io.smallrye.openapi.runtime.io.Format;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jspecify.annotations.Nullable;

/**
 * Answers with the OpenAPI document out of one piece of memory. Quarkus would copy its hundred kilobytes for each request, and
 * anybody may make a thousand of these at once.
 */
@ApplicationScoped
class OpenApiPage {
    /** Before Quarkus' own handler, which still answers HEAD. */
    private static final int ORDER = -1;

    private final OpenApiDocumentService documents;
    private volatile @Nullable Buffer page;

    OpenApiPage(OpenApiDocumentService documents) {
        this.documents = documents;
    }

    void register(@Observes Router router) {
        router.get("/openapi.json").order(ORDER).handler(this::answer);
    }

    private void answer(RoutingContext context) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json;charset=UTF-8");
        context.end(page());
    }

    private Buffer page() {
        Buffer made = page;
        if (made == null) {
            made = DocumentationFiles.shared(
                    documents.getDocument(OpenApiConstants.DEFAULT_DOCUMENT_NAME, Format.JSON));
            page = made;
        }
        return made;
    }
}
