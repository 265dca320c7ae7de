// Keys of pages, for whoever switched them on. Each is a link on the page as well.
// Nothing here is needed: without scripts every page works.
const keys = document.documentElement.dataset.keys;

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

let first = "";

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = first + event.key;
  first = event.key === "g" && !first ? "g " : "";
  if (event.key === "j" || event.key === "k") return step(event.key === "j" ? 1 : -1);
  if (key === "x") return mark();
  const wanted = [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key === key,
  );
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("a, button")) wanted.click();
  else wanted.focus();
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row] a:first-of-type")];
  const at = rows.indexOf(document.activeElement);
  rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
}

function mark() {
  const row = document.activeElement.closest("[data-row]");
  row?.querySelector("input[type=checkbox]")?.click();
}

if (keys === "on") document.addEventListener("keydown", press);
document.querySelector(".errors")?.focus();
