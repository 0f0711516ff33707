package dev.gatehouse.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatehouse.problem.CommonProblem;
import dev.gatehouse.problem.CommonProblems;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Collections;
import java.util.List;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** What a resource can be that none of the service's is yet: other media types, other limits, and what JAX-RS throws. */
@Path("/probe")
public class ProbeResource {
    static final int LINES = 3 * 1024;
    static final int FORM_LIMIT = 64 * 1024;

    /** A line, a kilobyte with the quotes and the line break that it gets. */
    static final String LINE = "x".repeat(1021);

    @GET
    @Path("/status/{status}")
    @NonBlocking
    @Produces(MediaType.APPLICATION_JSON)
    public String status(@RestPath int status) {
        throw new WebApplicationException(Response.status(status)
                .header("Location", "/notsecret")
                .header("Allow", "GET")
                .header("content-encoding", "gzip")
                .header("Set-Cookie", "a=b")
                .header("retry-after", "30")
                .build());
    }

    @GET
    @Path("/bad")
    @NonBlocking
    @Produces(MediaType.APPLICATION_JSON)
    public String bad() {
        throw new BadRequestException("the cause");
    }

    @GET
    @Path("/role")
    @RolesAllowed("nobody-has-this-role")
    @NonBlocking
    @Produces(MediaType.APPLICATION_JSON)
    public String role() {
        return "\"never\"";
    }

    @POST
    @Path("/list")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public List<Integer> list(List<Integer> body) {
        return body;
    }

    /** Cannot be written: Jackson finds no member in it. */
    public static final class Unwritable {}

    @GET
    @Path("/unwritable")
    @Produces(MediaType.APPLICATION_JSON)
    public Unwritable unwritable() {
        return new Unwritable();
    }

    @POST
    @Path("/tree")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public int tree(JsonNode body) {
        return body.size();
    }

    @GET
    @Path("/plain")
    @NonBlocking
    public String withoutProduces() {
        return "plain";
    }

    @POST
    @Path("/form")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.APPLICATION_JSON)
    @RoutePolicy(bodyLimit = FORM_LIMIT, tokenInQuery = true)
    public List<Integer> form(@RestForm String text, @RestQuery String token) {
        return List.of(text.length());
    }

    @PUT
    @Path("/form")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.APPLICATION_JSON)
    @RoutePolicy(bodyLimit = 32 * 1024)
    @CommonProblems(CommonProblem.NOT_FOUND)
    public List<Integer> smallerForm(@RestForm String text) {
        return List.of(text.length());
    }

    @GET
    @Path("/stream")
    @Produces("application/x-ndjson")
    public Multi<String> stream() {
        return Multi.createFrom().range(0, LINES).map(line -> LINE);
    }

    @GET
    @Path("/page")
    @NonBlocking
    @Produces(MediaType.TEXT_HTML)
    public String page() {
        return "<!doctype html><title>page</title>";
    }

    @GET
    @Path("/large")
    @Compressed
    @Produces(MediaType.APPLICATION_JSON)
    public List<String> large() {
        return Collections.nCopies(LINES, "x");
    }

    @GET
    @Path("/uncompressed")
    @Produces(MediaType.APPLICATION_JSON)
    public List<String> uncompressed() {
        return large();
    }
}
