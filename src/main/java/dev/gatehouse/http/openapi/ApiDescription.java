package dev.gatehouse.http.openapi;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.resteasy.reactive.ResponseHeader;

/**
 * Writes into the OpenAPI document, while the application is built, what holds for the whole service: what it is, where it is, which
 * credentials it takes, and its header fields.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ApiDescription implements OASFilter {
    /** The name of the security scheme for access tokens. */
    public static final String ACCESS_TOKEN = "accessToken";

    /**
     * The name of the security scheme for refresh tokens. An operation that takes both kinds lists this one last: of the tokens that were
     * entered, Swagger UI sends the last.
     */
    public static final String REFRESH_TOKEN = "refreshToken";

    private static final String DESCRIPTION = """
            Gatehouse keeps accounts, checks passwords and issues tokens.

            **Requests and responses** are JSON in UTF-8. A request body is one JSON object of at most 16 KiB. The service ignores \
            unknown members. `HEAD` works where `GET` does, except at `/refresh_token`.

            **Errors** are problem documents (RFC 9457). Each operation lists the problems that it may answer. These responses belong \
            to no single operation and are listed among the components:

            - `NotFound`: there is no such path.
            - `MethodNotAllowed`: the path does not support the method. `Allow` lists the methods that it supports.
            - `Forbidden`: the service is configured for CORS, and the `Origin` of the request is not allowed. It is judged before all else, \
            except at `/verify` and `/.well-known/jwks.json`.
            - `RequestTimeout`, `NotImplemented`, `HttpVersionNotSupported` and `InvalidRequest`: the request is incomplete, or is not \
            one that HTTP/1.1 or this service allows.

            **Tokens**: a login starts a session and returns an access token and a refresh token. An access token is a JWT and is \
            valid for 30 minutes, unless the service is configured otherwise. Exchange the refresh token for new tokens before that.""";

    /** The header fields of responses that are described once, by name. */
    private static final Map<String, Header> HEADERS = Map.of(
            "Accept-Encoding",
                    header("`identity`, where the body of the request had a content coding", text(), "identity"),
            "Allow", header("The methods that the path supports, separated by commas", text(), "GET, HEAD"),
            "Cache-Control",
                    header(
                            "`no-store` on every response to a call that takes a token, `public, max-age=300` for the JWK Set",
                            text(),
                            "no-store"),
            "ETag",
                    header(
                            "Identifies the content, for `If-None-Match`",
                            text(),
                            "\"Zk1Sx0dMCmmiLjVdo3VuYwRM0W1fPo3DtnyF0r8Xz8c\""),
            "Retry-After",
                    header(
                            "The number of seconds after which the client may try again",
                            OASFactory.createSchema()
                                    .addType(Schema.SchemaType.INTEGER)
                                    .minimum(BigDecimal.ONE),
                            1),
            "WWW-Authenticate",
                    header(
                            "The challenge of RFC 6750. It has no `error` if the request had no credentials, and at `/login`. With"
                                    + " status 400 it is there if the credentials are at fault.",
                            text(),
                            "Bearer error=\"invalid_token\""));

    private static final DotName RESPONSE_HEADER = DotName.createSimple(ResponseHeader.class);

    private final ResourceMethods methods;
    private final BodySchemas bodies;

    /** Called by Quarkus during the build. */
    public ApiDescription(IndexView index) {
        this.methods = new ResourceMethods(index);
        this.bodies = new BodySchemas(index);
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.setInfo(OASFactory.createInfo() // The configuration adds title and version.
                .description(DESCRIPTION)
                .contact(OASFactory.createContact().name("The operator of this service"))
                .license(OASFactory.createLicense().name("Apache License 2.0").identifier("Apache-2.0")));
        document.addServer(
                OASFactory.createServer().url(".").description("The service from which this document was read"));
        Components components = document.getComponents();
        components.addSecurityScheme(
                ACCESS_TOKEN, bearer("An access token, as `/login` returns it").bearerFormat("JWT"));
        components.addSecurityScheme(
                REFRESH_TOKEN, bearer("A refresh token, as `/login` returns it. It is opaque to clients."));
        new TreeMap<>(HEADERS).forEach(components::addHeader); // The same document in every build.
        methods.forEach(document, List.of(), ApiDescription::describe);
        bodies.complete(document);
    }

    private static void describe(Operation operation, MethodInfo method) {
        if (ResourceMethods.isAuthenticated(method)) {
            operation.addSecurityRequirement(
                    OASFactory.createSecurityRequirement().addScheme(ACCESS_TOKEN));
        } else if (operation.getSecurity() == null) {
            operation.setSecurity(new ArrayList<>());
        }
        if (!operation.getSecurity().isEmpty()) {
            addHeader(operation, "Cache-Control"); // The gate sets it.
        }
        AnnotationInstance header = method.annotation(RESPONSE_HEADER);
        if (header != null) {
            addHeader(operation, header.value("name").asString());
        }
    }

    private static void addHeader(Operation operation, String name) {
        operation.getResponses().getAPIResponses().entrySet().stream()
                .filter(response -> response.getKey().startsWith("2"))
                .map(Map.Entry<String, APIResponse>::getValue)
                .forEach(response -> response.addHeader(name, header(name)));
    }

    /** Returns a reference to the description of a header field. */
    static Header header(String name) {
        if (!HEADERS.containsKey(name)) {
            throw new IllegalArgumentException("no description of the header field " + name);
        }
        return OASFactory.createHeader().ref("#/components/headers/" + name);
    }

    private static Header header(String description, Schema schema, Object example) {
        return OASFactory.createHeader().description(description).schema(schema).example(example);
    }

    private static SecurityScheme bearer(String description) {
        return OASFactory.createSecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .description(description);
    }

    private static Schema text() {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING);
    }
}
