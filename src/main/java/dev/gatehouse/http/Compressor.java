package dev.gatehouse.http;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.WriterInterceptor;
import jakarta.ws.rs.ext.WriterInterceptorContext;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;

/** Compresses the responses of {@link Compressed} resource methods (RFC 9110, 8.4.1.3). */
@Provider
@Compressed
class Compressor implements WriterInterceptor {
    private final CurrentVertxRequest request;

    Compressor(CurrentVertxRequest request) {
        this.request = request;
    }

    @Override
    public void aroundWriteTo(WriterInterceptorContext response) throws IOException {
        response.getHeaders().add(HttpHeaders.VARY.toString(), HttpHeaders.ACCEPT_ENCODING);
        if (!MediaTypes.acceptsGzip(request.getCurrent().request().headers().getAll(HttpHeaders.ACCEPT_ENCODING))) {
            response.proceed();
            return;
        }
        response.getHeaders().putSingle(HttpHeaders.CONTENT_ENCODING.toString(), "gzip");
        try (GZIPOutputStream gzip = new GZIPOutputStream(response.getOutputStream())) {
            response.setOutputStream(gzip);
            response.proceed();
        }
    }
}
