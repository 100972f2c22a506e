/* The quarter's grid: keys, pasting a block, saving each cell as a draft. Without it the form's buttons do the same. */
"use strict";

(function () {
  const form = document.getElementById("entry");
  const line = document.getElementById("save-state");
  if (!form || !form.dataset.cells || !line) return;
  const words = form.dataset;
  const boxes = Array.from(form.querySelectorAll('input[name^="value."], input[name^="note."]'));
  const store = "ipdash-entry:" + words.cells;
  const RETRY = 5000;

  const keyOf = function (box) { return box.name.slice(box.name.indexOf(".") + 1); };
  const field = function (name, key) { return form.elements.namedItem(name + "." + key); };
  const rowOf = function (key) { return form.querySelector('tr[data-row="' + CSS.escape(key) + '"]'); };
  const columnOf = function (box) { return box.name.slice(0, box.name.indexOf(".")); };
  const column = function (name) { return boxes.filter(function (box) { return columnOf(box) === name; }); };

  /* What waits to be sent, by row; it is kept in the browser until the server has it. */
  const waiting = new Map();
  let sending = null;
  let timer = 0;
  let undo = null;
  let spoken = 0;

  function say(text, kind) {
    /* What was left out of a paste stays to be read; only bad news goes before it. */
    if (Date.now() < spoken && kind !== "bad") return;
    line.textContent = text;
    line.className = kind || "";
  }

  function keep() {
    const kept = {};
    waiting.forEach(function (value, key) { kept[key] = value; });
    try {
      if (waiting.size || sending) {
        (sending || new Map()).forEach(function (value, key) { if (!(key in kept)) kept[key] = value; });
        sessionStorage.setItem(store, JSON.stringify(kept));
      } else {
        sessionStorage.removeItem(store);
      }
    } catch (error) { /* storage is off: the page itself still holds what was typed */ }
  }

  function changed(key) {
    return field("value", key).value !== field("was", key).value || field("note", key).value !== field("wasnote", key).value;
  }

  function touch(key) {
    if (!changed(key) && !rowOf(key).classList.contains("bad")) {
      waiting.delete(key);
      return;
    }
    waiting.set(key, { value: field("value", key).value, note: field("note", key).value, version: field("version", key).value });
    keep();
    window.clearTimeout(timer);
    timer = window.setTimeout(send, 150);
  }

  /* Every request says which versions stand here, so that the answer can tell what others changed. */
  function post(data) {
    column("value").map(keyOf).forEach(function (key) {
      if (!data.has("version." + key)) data.append("version." + key, field("version", key).value);
    });
    return fetch(words.cells, { method: "POST", body: data, credentials: "same-origin", redirect: "manual" });
  }

  function send() {
    if (sending || !waiting.size) return;
    sending = new Map(waiting);
    waiting.clear();
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
    sending.forEach(function (typed, key) {
      data.append("value." + key, typed.value);
      data.append("note." + key, typed.note);
      data.append("was." + key, field("was", key).value);
      data.append("wasnote." + key, field("wasnote", key).value);
      data.append("version." + key, typed.version);
    });
    say(words.saving);
    post(data)
      .then(function (answer) {
        if (answer.type === "opaqueredirect" || answer.status >= 500) throw new Error(String(answer.status));
        return answer.json().then(function (told) {
          if (answer.ok) return take(told);
          /* Refused as a whole (session ended, not allowed): the sentence says why; what was typed stays here. */
          giveBack();
          say(words.unsaved + (told.message || answer.status), "bad");
          return null;
        });
      })
      .catch(function () {
        giveBack();
        say(words.unsaved + words.offline, "bad");
        window.clearTimeout(timer);
        timer = window.setTimeout(send, RETRY);
      });
  }

  function giveBack() {
    sending.forEach(function (typed, key) { if (!waiting.has(key)) waiting.set(key, typed); });
    sending = null;
    keep();
  }

  function take(told) {
    const sent = sending;
    sending = null;
    let refused = false;
    Object.keys(told.rows).forEach(function (key) {
      const row = told.rows[key];
      refused = refused || !row.ok;
      show(key, row, sent.get(key));
    });
    const others = showOthers(told.others);
    keep();
    if (waiting.size) {
      send();
    } else {
      say((refused ? words.unsaved + words.refused : told.saved) + " · " + told.counts + others, refused ? "bad" : "");
    }
  }

  /* What somebody else wrote meanwhile; a cell that is being typed in stays as it is and is asked about when it is sent. */
  function showOthers(others) {
    let n = 0;
    Object.keys(others).forEach(function (key) {
      if (waiting.has(key) || changed(key)) return;
      const row = others[key];
      field("value", key).value = row.theirs.text;
      field("note", key).value = row.theirs.note;
      show(key, Object.assign({}, row, { note: row.theirs.note }), { value: row.theirs.text });
      if (!row.said) return;
      const told = document.createElement("p");
      told.className = "odd";
      told.textContent = row.said;
      document.getElementById("d-" + key).appendChild(told);
      n += 1;
    });
    return n ? " · " + words.others.replace("{n}", String(n)) : "";
  }

  /* Back on this page: has somebody else written here meanwhile? */
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState !== "visible" || sending || waiting.size) return;
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
    post(data)
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (told) {
        const others = told ? showOthers(told.others) : "";
        if (others) say(told.counts + others);
      })
      .catch(function () { /* the next save says that there is no network */ });
  });

  function show(key, row, sent) {
    const value = field("value", key);
    const note = field("note", key);
    const tr = rowOf(key);
    tr.classList.toggle("bad", !row.ok);
    if (row.ok) {
      field("version", key).value = row.version;
      /* What was typed on while this was under way stays as it is and is sent next. */
      if (value.value === sent.value) value.value = row.text;
      field("was", key).value = row.text;
      field("wasnote", key).value = row.note;
      value.removeAttribute("aria-invalid");
      tr.querySelector('[data-part="counterpart"]').textContent = row.counterpart;
      tr.querySelector('[data-part="state"]').innerHTML = row.state;
      const later = waiting.get(key);
      if (later) later.version = row.version;
    } else {
      value.setAttribute("aria-invalid", "true");
    }
    const below = document.getElementById("d-" + key);
    below.innerHTML = row.below;
    tr.classList.toggle("asks", row.ok && below.querySelector(".odd") !== null);
    if (row.stale) offerBoth(below, key, row, note);
  }

  /* Two people on one cell: both values are there, and the person says which stays. */
  function offerBoth(below, key, row, note) {
    [[words.theirs, row.theirs.text], [words.mine, null]].forEach(function (choice) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button small";
      button.textContent = choice[0] + (choice[1] === null ? "" : " " + (choice[1] || "—"));
      button.addEventListener("click", function () {
        if (choice[1] !== null) {
          field("value", key).value = row.theirs.text;
          note.value = row.theirs.note;
        }
        field("version", key).value = row.theirs.version;
        field("was", key).value = row.theirs.text;
        field("wasnote", key).value = row.theirs.note;
        below.replaceChildren();
        field("value", key).focus();
        touch(key);
      });
      below.appendChild(button);
    });
  }

  /* Saving */
  form.addEventListener("change", function (event) {
    if (boxes.includes(event.target)) touch(keyOf(event.target));
  });
  form.addEventListener("click", function (event) {
    const button = event.target.closest('button[name="repair"]');
    if (!button) return;
    event.preventDefault();
    const at = button.value.indexOf("=");
    const key = button.value.slice(0, at);
    field("value", key).value = button.value.slice(at + 1);
    field("value", key).focus();
    touch(key);
  });
  form.addEventListener("submit", function () {
    /* The whole form goes now; nothing is left to be sent behind it. */
    window.clearTimeout(timer);
    waiting.clear();
    try { sessionStorage.removeItem(store); } catch (error) { /* storage is off */ }
  });
  window.addEventListener("online", send);
  window.addEventListener("beforeunload", function (event) {
    const box = document.activeElement;
    if (boxes.includes(box) && changed(keyOf(box))) touch(keyOf(box));
    if (waiting.size && !navigator.onLine) event.preventDefault();
  });

  /* Keys: up and down within a column, Enter downwards, Escape back to what is saved. */
  form.addEventListener("keydown", function (event) {
    const box = event.target;
    if (!boxes.includes(box) || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowUp: -1, ArrowDown: 1, Enter: event.shiftKey ? -1 : 1 }[event.key];
    if (step) {
      event.preventDefault();
      const all = column(columnOf(box));
      const next = all[all.indexOf(box) + step];
      if (next) {
        next.focus();
        next.select();
      } else if (event.key === "Enter") {
        touch(keyOf(box));
      }
    } else if (event.key === "Escape") {
      const key = keyOf(box);
      box.value = field(columnOf(box) === "value" ? "was" : "wasnote", key).value;
    }
  });

  /* A block from a spreadsheet: values downwards from here, a second column as notes; names in front find their rows. */
  function cellsOf(text) {
    return text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map(function (row) {
      return row.split("\t").map(function (cell) { return cell.trim(); });
    });
  }

  const plainName = function (name) { return name.replace(/[\s（(].*$|\s+/g, ""); };

  function placesFor(rows, box) {
    const byName = new Map();
    column("value").forEach(function (one) { byName.set(plainName(rowOf(keyOf(one)).dataset.name), keyOf(one)); });
    const named = rows.every(function (row) { return row.length > 1 && byName.has(plainName(row[0])); });
    if (named) {
      return rows.map(function (row) { return { key: byName.get(plainName(row[0])), value: row[1], note: row[2] }; });
    }
    const start = column(columnOf(box)).indexOf(box);
    const keys = column("value").map(keyOf).slice(start);
    return rows.slice(0, keys.length).map(function (row, n) {
      return columnOf(box) === "note" ? { key: keys[n], note: row[0] } : { key: keys[n], value: row[0], note: row[1] };
    });
  }

  form.addEventListener("paste", function (event) {
    const box = event.target;
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    const rows = cellsOf(text);
    if (!boxes.includes(box) || (rows.length < 2 && rows[0].length < 2)) return;
    event.preventDefault();
    undo = [];
    const places = placesFor(rows, box);
    places.forEach(function (place) {
      const value = field("value", place.key);
      const note = field("note", place.key);
      undo.push({ key: place.key, value: value.value, note: note.value });
      if (place.value !== undefined) value.value = place.value;
      if (place.note !== undefined) note.value = place.note;
      touch(place.key);
    });
    spoken = 0;
    if (places.length < rows.length) {
      say(words.beyond.replace("{n}", String(rows.length - places.length)));
      spoken = Date.now() + 8000;
    } else {
      say(words.pasted);
    }
    document.getElementById("undo-paste").hidden = false;
  });
  document.getElementById("undo-paste").addEventListener("click", function (event) {
    event.currentTarget.hidden = true;
    undo.forEach(function (old) {
      field("value", old.key).value = old.value;
      field("note", old.key).value = old.note;
      touch(old.key);
    });
    undo = null;
  });

  /* What was not saved when the page was left comes back, on the version it was typed on. */
  try {
    const kept = JSON.parse(sessionStorage.getItem(store) || "{}");
    const keys = Object.keys(kept).filter(function (key) { return field("value", key); });
    keys.forEach(function (key) {
      field("value", key).value = kept[key].value;
      field("note", key).value = kept[key].note;
      field("version", key).value = kept[key].version;
      touch(key);
    });
    if (keys.length) say(words.restored);
  } catch (error) { /* nothing readable was kept */ }
})();
