// Keys of pages, for whoever switched them on: each is a link on the page as well. And
// what is new since a page was made that shows incidents: it has a link that renews it.
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

const EVERY = 30000; // milliseconds
const news = document.querySelector("[data-changes]");
const title = document.title;

// Says what is new in a link that shows it. The page itself stays as it is read.
function tell(words) {
  if (words === news.textContent) return;
  const link = news.firstChild ?? news.appendChild(document.createElement("a"));
  link.href = news.dataset.here;
  link.className = "btn is-danger is-s";
  link.textContent = words;
  if (!words) link.remove();
  document.title = words ? `${words} · ${title}` : title;
}

async function look() {
  try {
    const answer = await fetch(news.dataset.changes, { redirect: "manual" });
    if (answer.type === "opaqueredirect") return tell(news.dataset.ended);
    if (!answer.ok) throw new Error(answer.status);
    const found = await answer.json();
    document.querySelector("#checked").textContent = found.checked;
    tell(found.news);
  } catch {
    tell(news.dataset.failed);
  }
}

if (news) {
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
