package dev.gatehouse.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import org.jboss.resteasy.reactive.server.core.EncodedMediaType;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/**
 * Writes the body of a response in JSON and declares it as {@code application/json}. The framework's writer would add a charset, which that
 * media type does not have (RFC 8259, 11). A {@code String} is sent as it is: the resource has written the JSON text.
 */
@Provider
@Produces(MediaType.APPLICATION_JSON)
class JsonWriter implements ServerMessageBodyWriter<Object> {
    /** Shared by all responses, so that declaring the type costs one assignment. */
    private static final EncodedMediaType JSON = new EncodedMediaType(MediaType.APPLICATION_JSON_TYPE) {
        @Override
        public String getEncoded() {
            return MediaTypes.JSON;
        }
    };

    private final ObjectMapper mapper;

    JsonWriter(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public boolean isWriteable(
            Class<?> type, Type genericType, ResteasyReactiveResourceInfo resource, MediaType mediaType) {
        return isJson(type, mediaType);
    }

    @Override
    public void writeResponse(Object body, Type genericType, ServerRequestContext context) throws IOException {
        declare((ResteasyReactiveRequestContext) context);
        if (body instanceof String text) {
            context.serverResponse().end(text);
        } else {
            context.serverResponse().end(mapper.writeValueAsBytes(body));
        }
    }

    @Override
    public boolean isWriteable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return isJson(type, mediaType);
    }

    /** Called where an interceptor encodes the body. */
    @Override
    public void writeTo(
            Object body,
            Class<?> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream stream)
            throws IOException {
        headers.putSingle(HttpHeaders.CONTENT_TYPE, MediaTypes.JSON);
        stream.write(
                body instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : mapper.writeValueAsBytes(body));
    }

    /** Problem documents have a media type of their own, which the framework writes as it is. Bytes and streams are its as well. */
    private static boolean isJson(Class<?> type, MediaType mediaType) {
        return (type == String.class || JsonBody.isJson(type))
                && mediaType.getType().equals(MediaType.APPLICATION_JSON_TYPE.getType())
                && mediaType.getSubtype().equals(MediaType.APPLICATION_JSON_TYPE.getSubtype());
    }

    private static void declare(ResteasyReactiveRequestContext call) {
        call.setResponseContentType(JSON);
        if (call.getResponse().isCreated()) {
            call.getResponse().get().getHeaders().putSingle(HttpHeaders.CONTENT_TYPE, MediaTypes.JSON);
        }
    }
}
