package dev.gatehouse.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.crypto.Utf8;
import dev.gatehouse.problem.CommonProblem;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.CharacterCodingException;
import java.util.Collection;
import java.util.Map;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyReader;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/**
 * Reads a request's record, collection or map from its body, or ends the call with {@link CommonProblem#MALFORMED_REQUEST}. Stands in for the
 * framework's reader, which takes UTF-16 and broken UTF-8 and answers a malformed body without a problem document.
 */
@Provider
class JsonBody implements ServerMessageBodyReader<Object> {
    private final ObjectMapper mapper;

    JsonBody(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public boolean isReadable(
            Class<?> type, Type genericType, ResteasyReactiveResourceInfo resource, MediaType mediaType) {
        return isJson(type);
    }

    @Override
    public Object readFrom(Class<Object> type, Type genericType, MediaType mediaType, ServerRequestContext context)
            throws IOException {
        return read(genericType, context.getInputStream());
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return isJson(type);
    }

    @Override
    public Object readFrom(
            Class<Object> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body)
            throws IOException {
        return read(genericType, body);
    }

    /** Whether values of a Java type are JSON in requests and responses. */
    static boolean isJson(Class<?> type) {
        return type.isRecord() || Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    }

    private Object read(Type type, InputStream body) throws IOException {
        try {
            Object value = mapper.readValue(Utf8.decode(body.readAllBytes()), mapper.constructType(type));
            if (value != null) {
                return value;
            }
        } catch (CharacterCodingException | JsonProcessingException e) {
            // Neither message is passed on: both may quote the body, and with it a password.
        }
        throw CommonProblem.MALFORMED_REQUEST.toException();
    }
}
