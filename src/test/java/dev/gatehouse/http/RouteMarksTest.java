package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.http.openapi.ProblemResponses;
import dev.gatehouse.http.openapi.RouteMarks;
import dev.gatehouse.problem.CommonProblems;
import java.io.IOException;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.jboss.jandex.Index;
import org.junit.jupiter.api.Test;

/** What the build makes of the annotations of resource methods. */
class RouteMarksTest {
    private static Index index() throws IOException {
        return Index.of(ProbeResource.class, RoutePolicy.class, CommonProblems.class);
    }

    /** With two methods at one path. */
    private static OpenAPI document(String path, Operation post, Operation put) {
        return OASFactory.createOpenAPI()
                .components(OASFactory.createComponents())
                .paths(OASFactory.createPaths()
                        .addPathItem(
                                path, OASFactory.createPathItem().POST(post).PUT(put))
                        .addPathItem(
                                path.replace("form", "large"),
                                OASFactory.createPathItem().GET(operation())));
    }

    private static Operation operation() {
        return OASFactory.createOperation().responses(OASFactory.createAPIResponses());
    }

    @Test
    void whatMethodsDeclareIsAtTheirOperations() throws IOException {
        Operation post = operation();
        Operation put = operation();
        OpenAPI document = document("/probe/form", post, put);
        new RouteMarks(index()).filterOpenAPI(document);
        new ProblemResponses(index()).filterOpenAPI(document);
        assertThat(post.getExtensions()).hasToString("{x-route-policy={bodyLimit=65536, tokenInQuery=true}}");
        assertThat(put.getExtensions()).hasToString("{x-route-policy={bodyLimit=32768}}");
        assertThat(post.getResponses().getAPIResponses()).containsKey("413").doesNotContainKey("404");
        assertThat(put.getResponses().getAPIResponses()).containsKeys("413", "404");
    }

    /** Otherwise the method would silently have the defaults. */
    @Test
    void anAnnotationWithoutAnOperationFailsTheBuild() throws IOException {
        OpenAPI document = document("/elsewhere", operation(), operation());
        for (OASFilter filter : new OASFilter[] {new RouteMarks(index()), new ProblemResponses(index())}) {
            assertThatThrownBy(() -> filter.filterOpenAPI(document))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching(
                            "@(RoutePolicy|CommonProblems|Compressed) has no effect at dev.gatehouse.http.ProbeResource"
                                    + "\\.(form|smallerForm|large), .*");
        }
    }
}
