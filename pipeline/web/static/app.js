"use strict";
// Nothing here is needed: every page works without it. Keys never act inside of fields, and never with a modifier.
(function () {
  const one = (selector, from) => (from || document).querySelector(selector);
  const all = (selector, from) => [...(from || document).querySelectorAll(selector)];
  const rows = () => all("[data-row]");

  function isTyping(target) {
    return target.closest && target.closest("input:not([type=checkbox]), select, textarea, dialog[open], [contenteditable]");
  }

  function move(step) {
    const list = rows();
    if (!list.length) return;
    const now = list.findIndex((row) => row.classList.contains("at"));
    const next = Math.min(Math.max(now + step, 0), list.length - 1);
    list.forEach((row) => row.classList.remove("at"));
    list[next].classList.add("at");
    const link = one("a.open", list[next]);
    link.focus({ preventScroll: true });
    list[next].scrollIntoView({ block: "nearest" });
  }

  function current() {
    return one("[data-row].at") || (document.activeElement && document.activeElement.closest("[data-row]"));
  }

  function select() {
    const tick = current() && one("input[type=checkbox]", current());
    if (tick) {
      tick.checked = !tick.checked;
      picked();
    }
  }

  function picked() {
    const ticks = all("[data-row] input[type=checkbox]");
    const count = ticks.filter((tick) => tick.checked).length;
    const told = one("[data-picked]");
    if (!told) return;
    told.textContent = count ? count + (count === 1 ? " row selected" : " rows selected") : "Select rows to change them.";
    told.closest(".bulk").classList.toggle("some", count > 0);
    const whole = one("#all");
    whole.checked = count > 0 && count === ticks.length;
    whole.indeterminate = count > 0 && count < ticks.length;
  }

  function help() {
    const dialog = one("#keys");
    if (dialog && !dialog.open) dialog.showModal();
  }

  function back() {
    const link = one("[data-back]");
    if (link) link.click();
  }

  function press(key) {
    const button = one(`[data-key="${key}"]`);
    if (button) button.click();
  }

  function follow(link) {
    if (link && !link.hidden) link.click();
  }

  // Two keys one after the other, such as c r: the first waits a moment for the second
  let first = "";
  function sequence(key) {
    const button = first && one(`[data-keys="${first + key}"]`);
    first = !button && one(`[data-keys^="${CSS.escape(key)}"]`) ? key : "";
    if (first) setTimeout(() => { first = ""; }, 2000);
    if (button) button.click();
    return Boolean(button || first);
  }

  const keys = {
    "/": () => one("#patient") && (one("#patient").focus(), one("#patient").select()),
    "?": help, j: () => move(1), k: () => move(-1), x: select, a: () => press("a"), u: back,
    z: () => press("z"), n: () => follow(one("[data-done] [data-next]") || one("[data-next]")),
    Enter: () => current() && one("a.open", current()).click(),
  };

  // WCAG 2.1.4: who dictates or trembles switches the keys of one character off, on this computer
  const storage = { get off() { try { return localStorage.getItem("b12-keys") === "off"; } catch { return false; } } };

  function offer() {
    const choice = one("#keys-on");
    if (choice) choice.checked = !storage.off;
  }

  document.addEventListener("change", (event) => {
    if (event.target.id !== "keys-on") return;
    try { localStorage.setItem("b12-keys", event.target.checked ? "on" : "off"); } catch { /* storage may be switched off */ }
  });

  document.addEventListener("keydown", (event) => {
    if (storage.off) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
    if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
    if (event.key.length === 1 && sequence(event.key)) return event.preventDefault();
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) {
      event.preventDefault();
      help();
    }
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details.menu[open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "all") all("[data-row] input[type=checkbox]").forEach((tick) => { tick.checked = event.target.checked; });
    if (event.target.matches("[type=checkbox]")) picked();
    if (event.target.matches("#to, [data-fields]")) fields();
  });

  // Only the fields that the chosen status asks for
  function fields() {
    const to = one("#to, [data-fields]");
    if (to) all("[data-for]").forEach((field) => { field.hidden = !field.dataset.for.split(" ").includes(to.value); });
  }

  // A filter's address names what was chosen, not what was not
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });

  // Back to the list as it was left, filters and page included
  function remember() {
    const link = one("[data-back]");
    try {
      const query = new URLSearchParams(location.search);
      ["done", "stale", "to", "set", "did", "undone", "filters"].forEach((name) => query.delete(name));
      if (one("#results")) {
        sessionStorage.setItem("b12-list", query.size ? `?${query}` : "");
        sessionStorage.setItem("b12-order", JSON.stringify(all("[data-of]").map((row) => row.dataset.of)));
      } else if (link) link.href = link.getAttribute("href") + (sessionStorage.getItem("b12-list") || "");
    } catch { /* storage may be switched off */ }
  }

  // The patient after this one in the list as it was left
  function offerNext() {
    try {
      const order = JSON.parse(sessionStorage.getItem("b12-order") || "[]");
      const now = order.findIndex((key) => location.pathname.endsWith(`/patients/${key}`));
      const next = now >= 0 && order[now + 1];
      all("[data-next]").forEach((link) => {
        if (next) link.href = location.pathname.replace(/[^/]*$/, next);
        link.hidden = !next;
      });
    } catch { /* storage may be switched off */ }
  }

  // What was typed is not lost without a question, nor what was typed before this script ran
  let isTyped = all("form.stack textarea").some((field) => field.value !== field.defaultValue);
  document.addEventListener("input", (event) => { if (event.target.closest("form.stack")) isTyped = true; });
  document.addEventListener("submit", () => { isTyped = false; });
  addEventListener("beforeunload", (event) => { if (isTyped) event.preventDefault(); });

  function ready() { fields(); picked(); remember(); offer(); offerNext(); told(); }

  // After a change, the confirmation is where the reader goes on
  function told() {
    const done = one("[data-done]");
    if (done) done.focus({ preventScroll: false });
  }
  // What went wrong is a page of its own: go there, as a reader without scripts would
  document.addEventListener("htmx:responseError", (event) => location.assign(event.detail.pathInfo.finalRequestPath || event.detail.pathInfo.requestPath));
  document.addEventListener("htmx:sendError", () => location.reload());

  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:afterSettle", ready);
})();
