'use strict';

SwaggerUIBundle({
  url: '../openapi?format=JSON',
  dom_id: '#api',
  deepLinking: true,
  // The validator is on another site.
  validatorUrl: null,
  tryItOutEnabled: true
});
