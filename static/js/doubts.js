// The list of doubts follows the sentences: what was corrected or verified leaves it,
// and comes back when that is undone.
const list = () => [...document.querySelectorAll("#dudas .ask[data-row]")];
const rowOf = (ask) => document.getElementById(`u${ask.dataset.row}`);

function look() {
  for (const ask of list()) {
    const row = rowOf(ask);
    if (row && !row.matches(".editing")) ask.hidden = !row.querySelector(ask.dataset.while);
  }
  const left = list().filter((ask) => !ask.hidden).length;
  for (const count of document.querySelectorAll("[data-doubts]")) count.textContent = left;
  document.querySelector("[data-no-doubts]")?.toggleAttribute("hidden", left > 0);
}

document.addEventListener("review:changed", look);
// The sentence may have changed since the list was drawn: it is its version that counts.
document.body.addEventListener("htmx:configRequest", (event) => {
  const ask = event.detail.elt.closest("#dudas .ask[data-row]");
  const version = ask && rowOf(ask)?.dataset.version;
  if (version) event.detail.path = event.detail.path.replace(/version=\d+/, `version=${version}`);
});
