"use strict";

const element = document.getElementById("swagger-ui");

SwaggerUIBundle({
    domNode: element,
    // Absolute, because the document's relative server is resolved against it.
    url: new URL(element.dataset.document, document.baseURI).href,
    deepLinking: true,
    // Without it Swagger UI shows an image of a validator on the Internet and tells it the document's address.
    validatorUrl: null,
});
