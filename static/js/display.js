/* A wall display: says so when the server is away, and lets go of what it shows once its link no longer works. */
"use strict";
(() => {
  const away = document.getElementById("away");

  const tell = () => {
    const since = document.getElementById("shown-at");
    if (away.hidden && since) document.getElementById("away-since").textContent = since.textContent;
    away.hidden = false;
  };
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, tell);
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 404) location.reload();
    else tell();
  });
  document.addEventListener("htmx:afterSwap", () => { away.hidden = true; });
})();
