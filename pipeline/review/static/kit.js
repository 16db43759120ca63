"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const page = document.body.dataset;
  const lines = [...document.querySelectorAll("fieldset.line")];
  const FIELDS = ["reviewer", "role", "date"];
  const store = `b12-review:${page.pack}:${page.version}:${page.sha256}`;
  const comment = (line) => line.querySelector("textarea");
  const answer = (line) => line.querySelector("input:checked")?.value ?? "";
  const tell = (text) => { $("told").textContent = text; };

  function collected() {
    const answers = lines.filter((line) => answer(line)).map((line) => ({
      key: line.dataset.key, digest: line.dataset.digest, answer: answer(line), comment: comment(line).value.trim(),
    }));
    return {
      form: "b12-protocol-review", form_version: 1, pack: page.pack, version: page.version, sha256: page.sha256,
      reviewer: $("reviewer").value.trim(), role: $("role").value.trim(), date: $("date").value, answers,
    };
  }

  function mark(line) {
    line.dataset.answer = answer(line);
    line.querySelector(".clear").hidden = !answer(line);
    line.querySelector(".wrong").hidden = true;
    const text = comment(line);
    if (!CSS.supports("field-sizing", "content")) text.rows = Math.max(2, Math.ceil(text.value.length / 70) + text.value.split("\n").length - 1);
  }

  function count() {
    const done = lines.filter((line) => answer(line)).length;
    $("done").value = done;
    $("count").textContent = `${done} of ${lines.length} answered`;
    for (const part of document.querySelectorAll("section.part[data-part]")) {
      const inside = [...part.querySelectorAll("fieldset.line")];
      const answered = inside.filter((line) => answer(line)).length;
      document.querySelector(`span[data-part="${CSS.escape(part.dataset.part)}"]`).textContent = `${answered} of ${inside.length} answered`;
    }
  }

  function filter() {
    const shown = {
      all: () => true, open: (line) => !answer(line), ours: (line) => line.classList.contains("is-ours"),
      object: (line) => ["object", "unsure"].includes(answer(line)),
    }[$("show").value];
    for (const line of lines) line.hidden = !shown(line);
    for (const part of document.querySelectorAll("section.part[data-part]")) part.hidden = !part.querySelector("fieldset.line:not([hidden])");
    const left = lines.filter((line) => !line.hidden).length;
    tell($("show").value === "all" ? "" : `${left} of ${lines.length} lines are shown.`);
  }

  function keep() {
    const comments = Object.fromEntries(lines.filter((line) => comment(line).value).map((line) => [line.dataset.key, comment(line).value]));
    try {
      localStorage.setItem(store, JSON.stringify({ ...collected(), comments }));
    } catch {
      $("kept").textContent = "This browser does not let the page keep answers: save the file before you close it.";
    }
  }

  function fill(saved) {
    const fill_in = (id) => { if (typeof saved[id] === "string") $(id).value = saved[id]; };
    FIELDS.forEach(fill_in);
    const found = new Map((Array.isArray(saved.answers) ? saved.answers : []).map((each) => [each?.key, each]));
    let left_out = found.size;
    for (const line of lines) {
      const each = found.get(line.dataset.key);
      const text = saved.comments?.[line.dataset.key] ?? each?.comment;
      if (typeof text === "string") comment(line).value = text;
      if (!each || each.digest !== line.dataset.digest) continue;
      left_out -= 1;
      const box = [...line.querySelectorAll("input")].find((input) => input.value === each.answer);
      if (box) box.checked = true;
    }
    lines.forEach(mark);
    count();
    return left_out;
  }

  function go_to(line) {
    if (line.hidden) { $("show").value = "all"; filter(); }
    line.scrollIntoView({ block: "start" });
    (line.querySelector("input") ?? line).focus({ preventScroll: true });
  }

  function complain(line, text) {
    const wrong = line.querySelector(".wrong");
    wrong.textContent = text;
    wrong.hidden = false;
  }

  function is_ready() {
    const missing = FIELDS.map($).find((field) => !field.value.trim() || !field.checkValidity());
    if (missing) {
      tell("Enter your name, role and the date before you save.");
      missing.scrollIntoView({ block: "center" });
      missing.focus({ preventScroll: true });
      return false;
    }
    const wrong = [];
    for (const line of lines) {
      const text = comment(line).value.trim();
      if (answer(line) === "object" && !text) { wrong.push(line); complain(line, "An objection needs a comment: say what should change."); }
      if (!answer(line) && text) { wrong.push(line); complain(line, "Choose agree, object or not sure for this comment."); }
    }
    if (wrong.length) {
      tell(`${wrong.length === 1 ? "1 line needs" : `${wrong.length} lines need`} your attention before you save; the first is shown.`);
      go_to(wrong[0]);
      return false;
    }
    if (!lines.some((line) => answer(line))) { tell("No line is answered yet."); return false; }
    return true;
  }

  function save() {
    if (!is_ready()) return;
    const review = collected();
    const slug = review.reviewer.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "").toLowerCase();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(review, null, 1) + "\n"], { type: "application/json" }));
    link.download = `${page.name}-${review.date}-${slug || "reviewer"}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    tell(`Saved ${review.answers.length} answers as ${link.download}. Send this file back.`);
  }

  async function load(file) {
    let saved = null;
    try {
      saved = file.size < 2000000 ? JSON.parse(await file.text()) : null;
    } catch { /* told below */ }
    if (saved?.form !== "b12-protocol-review") return tell("This is not a file that this page saved.");
    if (saved.pack !== page.pack || saved.version !== page.version) return tell(`That file answers ${String(saved.pack)} ${String(saved.version)}, not this version.`);
    const left_out = fill(saved);
    keep();
    return tell(left_out ? `${left_out} answers were left out: their lines have changed since.` : "The answers of the file are filled in.");
  }

  function clear_all() {
    if (!confirm("Clear all answers and comments on this page?")) return;
    $("form").reset();
    try { localStorage.removeItem(store); } catch { /* nothing is kept then */ }
    lines.forEach(mark);
    count();
    filter();
  }

  $("form").addEventListener("submit", (event) => event.preventDefault());
  $("form").addEventListener("input", (event) => {
    const line = event.target.closest("fieldset.line");
    if (line) mark(line);
    count();
    keep();
  });
  $("form").addEventListener("click", (event) => {
    if (!event.target.classList.contains("clear")) return;
    const line = event.target.closest("fieldset.line");
    for (const box of line.querySelectorAll("input")) box.checked = false;
    mark(line);
    count();
    keep();
    line.querySelector("input").focus();
  });
  $("show").addEventListener("change", filter);
  $("next").addEventListener("click", () => {
    const at = lines.indexOf(document.activeElement.closest?.("fieldset.line"));
    const line = [...lines.slice(at + 1), ...lines].find((each) => !answer(each));
    if (line) go_to(line); else tell("Every line is answered.");
  });
  $("save").addEventListener("click", save);
  $("load").addEventListener("change", (event) => { if (event.target.files[0]) load(event.target.files[0]); });
  $("clear").addEventListener("click", clear_all);
  try {
    const saved = localStorage.getItem(store);
    if (saved) fill(JSON.parse(saved));
  } catch { /* nothing was kept */ }
  if (!$("date").value) {
    const now = new Date();
    $("date").value = new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  }
  lines.forEach(mark);
  count();
})();
