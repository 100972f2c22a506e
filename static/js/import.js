/* Importing a plan: dropping a file, following a reading to its place. Every page works without it. */
"use strict";

(function () {
  const form = document.querySelector("form[data-drop]");
  if (form) {
    const box = form.querySelector("input[type=file]");
    form.addEventListener("dragover", function (event) {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      form.classList.add("dragging");
    });
    form.addEventListener("dragleave", function () { form.classList.remove("dragging"); });
    form.addEventListener("drop", function (event) {
      form.classList.remove("dragging");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      box.files = event.dataTransfer.files;
      box.focus();
    });
  }

  const source = document.getElementById("source");
  const readings = document.querySelector(".readings");
  if (!source || !readings) return;

  /* The place of what has the focus on the right is shown on the left. */
  function show(item) {
    source.querySelectorAll(".read.active").forEach(function (mark) { mark.classList.remove("active"); });
    if (!item) return;
    const marks = source.querySelectorAll('.read[href="#' + item.id + '"]');
    marks.forEach(function (mark) { mark.classList.add("active"); });
    if (marks.length && getComputedStyle(source).position === "sticky") {
      const line = marks[0].closest("p");
      source.scrollTop = line.offsetTop - source.clientHeight / 3;
    }
  }
  readings.addEventListener("focusin", function (event) { show(event.target.closest(".item")); });
  readings.addEventListener("click", function (event) {
    if (!event.target.closest("a, button, input, select, textarea, summary")) show(event.target.closest(".item"));
  });

  /* A form that opened in its place takes the focus; Escape closes it; what was saved keeps the place. */
  document.body.addEventListener("htmx:afterSwap", function (event) {
    const place = event.detail.target.id ? document.getElementById(event.detail.target.id) : null;
    if (!place || !readings.contains(place)) return;
    const first = place.querySelector(".error-summary, input:not([type=hidden]), select, textarea");
    (first || place).focus();
    show(place);
  });
  readings.addEventListener("keydown", function (event) {
    const editing = event.key === "Escape" && event.target.closest(".editing");
    if (editing) editing.querySelector("[data-cancel]").click();
  });
})();
