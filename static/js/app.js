/* Small conveniences. Every page works without them. */
"use strict";

(function () {
  const body = document.body;
  document.documentElement.classList.add("js");

  /* data-confirm on a form or its button asks before anything is sent. */
  document.addEventListener("submit", function (event) {
    const button = event.submitter;
    const question = (button && button.dataset.confirm) || event.target.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);

  /* Pickers send themselves when a choice changes; without JavaScript their button does. */
  document.addEventListener("change", function (event) {
    const form = event.target.form;
    if (form && form.matches("[data-auto-submit]")) form.requestSubmit();
  });

  /* data-print: a button that prints. */
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
  });

  /* One menu open at a time; Escape and a click elsewhere close it. */
  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.menu"));
  });
  document.addEventListener("keydown", function (event) {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  /* What htmx could not do is said where everything is said. */
  function sayFailed() {
    const line = document.createElement("p");
    line.className = "notice bad";
    line.textContent = body.dataset.failed;
    document.getElementById("messages").replaceChildren(line);
  }
  body.addEventListener("htmx:sendError", sayFailed);
  body.addEventListener("htmx:timeout", sayFailed);
  body.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status >= 500) sayFailed();
  });
  /* Refused forms come back as 400, 403, 409 with the page to show. */
  body.addEventListener("htmx:beforeSwap", function (event) {
    const status = event.detail.xhr.status;
    if (status >= 400 && status < 500 && event.detail.xhr.responseText) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  body.addEventListener("htmx:afterSwap", function (event) {
    prepareCharts(event.detail.elt);
  });

  /* A number's explanation opens beside the page it stands on; whatever goes wrong, the link is a page of its own. */
  const panel = document.createElement("dialog");
  panel.className = "why-panel";
  panel.setAttribute("aria-labelledby", "why-heading");
  if (panel.showModal) {
    body.appendChild(panel);
    body.addEventListener("click", function (event) {
      if (event.target === panel) panel.close();
      const link = event.target.closest('a[href^="/why/"]');
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      fetch(link.href, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.text();
      }).then(function (html) {
        panel.innerHTML = html;
        panel.scrollTop = 0;
        prepareCharts(panel);
        if (!panel.open) panel.showModal();
      }).catch(function () { window.location.assign(link.href); });
    });
  }

  /* Session end: announced two minutes before; work in another window of the same browser counts. */
  const WARN_SECONDS = 120;
  const notice = document.getElementById("session-end");
  const seconds = Number(body.dataset.sessionSeconds);
  let ends = 0;
  function remember() {
    ends = Date.now() + seconds * 1000;
    try {
      localStorage.setItem("ipdash-session-ends", String(ends));
    } catch (error) { /* storage is off: this window counts for itself */ }
  }
  function watchSession() {
    let latest = ends;
    try {
      latest = Math.max(ends, Number(localStorage.getItem("ipdash-session-ends")) || 0);
    } catch (error) { /* as above */ }
    notice.hidden = latest - Date.now() > WARN_SECONDS * 1000;
  }
  if (notice && seconds > 0) {
    remember();
    window.setInterval(watchSession, 5000);
    watchSession();
    body.addEventListener("htmx:afterRequest", function (event) {
      const background = event.detail.requestConfig.headers["X-Background"];
      if (event.detail.successful && !background) remember();
    });
    notice.querySelector("button").addEventListener("click", function () {
      fetch("/account/", { credentials: "same-origin", redirect: "manual" }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        remember();
        notice.hidden = true;
      }).catch(function () { window.location.reload(); });
    });
  }

  /* Charts: the marks' own titles as hints, by mouse and by arrow keys. */
  const hint = document.createElement("div");
  hint.className = "chart-hint";
  hint.setAttribute("role", "status");
  hint.hidden = true;
  body.appendChild(hint);

  function showHint(mark, words) {
    document.querySelectorAll(".chart .active").forEach(function (other) { other.classList.remove("active"); });
    hint.hidden = !mark;
    if (!mark) return;
    mark.classList.add("active");
    hint.textContent = words || mark.dataset.hint;
    const box = mark.getBoundingClientRect();
    const left = box.left + box.width / 2 - hint.offsetWidth / 2;
    const above = box.top - hint.offsetHeight - 6;
    /* element.style is not an inline style to the CSP */
    hint.style.left = Math.max(8, Math.min(left, window.innerWidth - hint.offsetWidth - 8)) + "px";
    hint.style.top = (above > 0 ? above : box.bottom + 6) + "px";
  }
  function prepareCharts(root) {
    root.querySelectorAll("svg.chart").forEach(function (chart) {
      const marks = Array.from(chart.querySelectorAll("[data-hint]"));
      if (!marks.length || chart.classList.contains("ready")) return;
      chart.classList.add("ready");
      /* The browser's own tooltip would repeat the hint. */
      marks.forEach(function (mark) { mark.querySelectorAll("title").forEach(function (title) { title.remove(); }); });
      chart.addEventListener("mouseover", function (event) { showHint(event.target.closest("[data-hint]")); });
      chart.addEventListener("mouseleave", function () { showHint(null); });
      chart.addEventListener("focusout", function () { showHint(null); });
      if (chart.querySelector("a")) {
        chart.addEventListener("focusin", function (event) { showHint(event.target.closest("[data-hint]")); });
        return;
      }
      let at = marks.length - 1;
      chart.setAttribute("tabindex", "0");
      chart.addEventListener("focus", function () { showHint(marks[at]); });
      chart.addEventListener("keydown", function (event) {
        const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
        if (!step) return;
        event.preventDefault();
        at = Math.max(0, Math.min(marks.length - 1, at + step));
        showHint(marks[at]);
      });
    });
  }

  /* Many numbers of a row lead to one explanation: the keyboard stops at the first. */
  document.querySelectorAll("tr").forEach(function (row) {
    const seen = {};
    row.querySelectorAll('td a[href^="/why/"]').forEach(function (link) {
      const address = link.getAttribute("href");
      if (seen[address]) link.tabIndex = -1;
      seen[address] = true;
    });
  });

  /* Heat tables: a cell says its row, its column, number and status, by mouse and by focus. */
  function cellHint(event) {
    const cell = event.target.closest && event.target.closest(".heat tbody td.n");
    if (!cell) return;
    const says = function (part) { return part.textContent.replace(/\s+/g, " ").trim(); };
    const column = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
    showHint(cell, says(cell.parentNode.cells[0]) + " · " + says(column) + " " + says(cell));
  }
  document.querySelectorAll("table.heat").forEach(function (table) {
    table.addEventListener("mouseover", cellHint);
    table.addEventListener("focusin", cellHint);
    table.addEventListener("mouseleave", function () { showHint(null); });
    table.addEventListener("focusout", function () { showHint(null); });
  });

  prepareCharts(document);
})();
