/* The grid of a decomposition: a column pasted from a spreadsheet, and the running sum. Without it the server adds up. */
"use strict";

(function () {
  const form = document.getElementById("decompose");
  const line = document.getElementById("running-sum");
  if (!form || !line) return;
  const boxes = Array.from(form.querySelectorAll("input[data-cell]"));
  if (!boxes.length) return;
  const kind = function (box) { return box.name.split("_")[0]; };
  const summed = boxes.filter(function (box) { return kind(box) !== "upper"; });
  const PLACES = 6;

  /* Digits as people write them → millionths as an integer; null for anything else. */
  function scaled(text) {
    const plain = text.normalize("NFKC").replace(/[,\s%]/g, "").replace("−", "-");
    const found = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/.exec(plain);
    if (!found) return null;
    const whole = BigInt(found[2] + (found[3] || "").padEnd(PLACES, "0"));
    return found[1] ? -whole : whole;
  }
  function shown(value) {
    const digits = String(value < 0n ? -value : value).padStart(PLACES + 1, "0");
    const whole = digits.slice(0, -PLACES).replace(/\B(?=(\d{3})+$)/g, ",");
    const rest = digits.slice(-PLACES).replace(/0+$/, "");
    return (value < 0n ? "−" : "") + whole + (rest ? "." + rest : "");
  }
  function addUp() {
    const values = summed.map(function (box) { return scaled(box.value); }).filter(function (v) { return v !== null; });
    if (!values.length) return;
    const sum = values.reduce(function (a, b) { return a + b; }, 0n);
    const wanted = line.dataset.wanted ? scaled(line.dataset.wanted) : null;
    const unit = line.dataset.wanted === "100" && kind(summed[0]) === "share" ? "%" : "";
    let text = line.dataset.sum + " " + shown(sum) + unit + " · " + values.length + "/" + summed.length;
    if (wanted !== null) {
      const left = wanted - sum;
      if (left === 0n) text += " · " + line.dataset.equal;
      else text += " · " + (left > 0n ? line.dataset.left : line.dataset.over) + " " + shown(left > 0n ? left : -left) + unit;
    }
    line.textContent = text;
  }

  /* Names match with or without their last sign: 杭州 is 杭州市. */
  function named(name) {
    const asked = name.replace(/\s/g, "");
    const exact = summed.find(function (box) { return box.dataset.cell === asked; });
    const near = summed.filter(function (box) { return box.dataset.cell.startsWith(asked); });
    return exact || (asked.length > 1 && near.length === 1 ? near[0] : null);
  }
  form.addEventListener("paste", function (event) {
    const start = boxes.indexOf(event.target);
    const text = event.clipboardData && event.clipboardData.getData("text");
    if (start < 0 || !text || !/[\n\t]/.test(text.trim())) return;
    event.preventDefault();
    const rows = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map(function (row) { return row.split("\t"); });
    const column = boxes.filter(function (box) { return kind(box) === kind(event.target); });
    let at = column.indexOf(event.target);
    rows.forEach(function (cells) {
      if (cells.length > 1 && named(cells[0])) {
        named(cells[0]).value = cells[1].trim();
      } else if (cells.length === 1 && at < column.length) {
        column[at].value = cells[0].trim();
        at += 1;
      }
    });
    addUp();
  });
  form.addEventListener("input", addUp);
  addUp();
})();
