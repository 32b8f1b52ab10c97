"use strict";
// Filters by provider, verdict and words, kept in the address's fragment; and buttons that copy.
(function () {
  const entries = Array.from(document.querySelectorAll("details.entry"));
  const marks = Array.from(document.querySelectorAll("a.mark"));
  const groups = Array.from(document.querySelectorAll("[data-group]")).reverse(); // inner ones before outer ones
  const buttons = Array.from(document.querySelectorAll("[data-filter]"));
  const search = document.getElementById("search");
  const toolbar = document.querySelector(".toolbar");
  const texts = new Map(entries.map(function (entry) { return [entry, entry.textContent.toLowerCase()]; }));
  const entryOf = new Map(entries.map(function (entry) { return [entry.id, entry]; }));

  function chosen(filter) {
    return buttons
      .filter(function (button) { return button.dataset.filter === filter && button.getAttribute("aria-pressed") === "true"; })
      .map(function (button) { return button.dataset.value; });
  }

  function apply() {
    const providers = chosen("provider");
    const words = chosen("word");
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    entries.forEach(function (entry) {
      entry.hidden = !(
        (!providers.length || providers.includes(entry.dataset.provider)) &&
        (!words.length || words.includes(entry.dataset.word)) &&
        terms.every(function (term) { return texts.get(entry).includes(term); })
      );
    });
    marks.forEach(function (mark) { mark.hidden = target(mark.getAttribute("href")).hidden; });
    groups.forEach(function (group) {
      group.hidden = !group.querySelector("details.entry:not([hidden]), a.mark:not([hidden])");
    });
    const shown = entries.filter(function (entry) { return !entry.hidden; }).length;
    const isFiltered = shown < entries.length || providers.length + words.length + terms.length > 0;
    document.getElementById("shown").textContent = shown + " of " + entries.length + " outcomes";
    document.getElementById("none").hidden = shown > 0;
    document.getElementById("reset").hidden = !isFiltered;
  }

  function target(fragment) {
    return entryOf.get(decode(fragment.slice(1)));
  }

  function decode(text) {
    try { return decodeURIComponent(text); } catch (error) { return text; }
  }

  function remember() {
    const state = new URLSearchParams();
    chosen("provider").forEach(function (value) { state.append("provider", value); });
    chosen("word").forEach(function (value) { state.append("word", value); });
    if (search.value) { state.append("search", search.value); }
    history.replaceState(null, "", "#" + state.toString());
  }

  function press(state) {
    buttons.forEach(function (button) {
      button.setAttribute("aria-pressed", String(state.getAll(button.dataset.filter).includes(button.dataset.value)));
    });
    search.value = state.get("search") || "";
    apply();
  }

  function follow() {
    const entry = target(location.hash || "#");
    if (!entry) { return press(new URLSearchParams(location.hash.slice(1))); }
    if (entry.hidden) { press(new URLSearchParams()); }
    entry.open = true;
    entry.scrollIntoView();
    entry.querySelector("summary").focus({ preventScroll: true });
  }

  function change() {
    apply();
    remember();
  }

  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      change();
    });
  });
  search.addEventListener("input", change);
  toolbar.addEventListener("submit", function (event) { event.preventDefault(); });
  document.getElementById("reset").addEventListener("click", function () {
    press(new URLSearchParams());
    remember();
    search.focus();
  });
  window.addEventListener("hashchange", follow);

  function copy(button) {
    const code = button.parentElement.querySelector("code");
    const range = document.createRange();
    range.selectNodeContents(code);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range); // where copying is refused, it is at least selected
    function tell(text) {
      button.textContent = text;
      setTimeout(function () { button.textContent = "Copy"; }, 2000);
    }
    if (!navigator.clipboard) { return tell(document.execCommand("copy") ? "Copied" : "Selected"); }
    navigator.clipboard.writeText(code.textContent).then(
      function () { tell("Copied"); },
      function () { tell(document.execCommand("copy") ? "Copied" : "Selected"); }
    );
  }

  document.querySelectorAll("button.copy").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { copy(button); });
  });
  toolbar.hidden = false;
  apply();
  follow();
})();
