// Shows the document that this very server has.
SwaggerUIBundle({
  url: "/api/schema/?format=json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  // Else a token that is typed in stays in the browser's storage, which every page of this host can read.
  persistAuthorization: false,
  // Else the page shows a badge from a server of Swagger's, which is sent the document's URL.
  validatorUrl: null,
});
