// The count follows what is being marked, and one button says yes for who is left.
const table = document.querySelector("[data-rows]");
const tally = document.querySelector(".tally");
const fill = document.querySelector("[data-fill]");

function recount() {
  if (!document.querySelector('input[name="kind"][value="nominal"]:checked')) return;
  const rows = [...table.tBodies[0].rows];
  const chosen = rows.map((row) => row.querySelector("input[type=radio]:checked")?.value ?? "");
  rows.forEach((row, i) => row.classList.toggle("todo", !chosen[i]));
  for (const cell of tally.querySelectorAll("[data-n]")) {
    cell.textContent = chosen.filter((value) => value === cell.dataset.n).length;
  }
  if (fill) fill.hidden = !chosen.includes("");
}

if (table && tally) {
  table.closest("form").addEventListener("change", recount); // the kind of vote counts too
  recount();
  fill?.addEventListener("click", () => {
    for (const row of table.tBodies[0].rows) {
      if (row.querySelector("input[type=radio]:checked")) continue;
      row.querySelector(`input[value="${fill.dataset.fill}"]`).checked = true;
    }
    recount();
  });
}
