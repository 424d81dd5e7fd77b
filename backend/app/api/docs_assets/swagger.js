// A file of its own, so that the page needs no inline script and a strict policy can hold.
"use strict";

window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
  layout: "BaseLayout",
  // The validator badge would be fetched from another host.
  validatorUrl: null,
});
