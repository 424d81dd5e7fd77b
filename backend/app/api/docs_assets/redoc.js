// A file of its own, so that the page needs no inline script and a strict policy can hold.
"use strict";

Redoc.init("openapi.json", { hideLogo: true }, document.getElementById("redoc"));
