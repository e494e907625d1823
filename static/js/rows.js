// Arrows in a table of radio rows: up and down change the row, left and right the choice.
const control = (row, like) =>
  like.type === "radio"
    ? row.querySelector("input[type=radio]:checked") || row.querySelector("input[type=radio]")
    : row.querySelector(`[name$="-${like.name.split("-").pop()}"]`);

for (const table of document.querySelectorAll("[data-rows]")) {
  table.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest("tbody tr");
    if (!step || !row || event.target.type === "hidden") return;
    const rows = [...table.tBodies[0].rows];
    const next = rows[rows.indexOf(row) + step];
    const target = next && control(next, event.target);
    event.preventDefault(); // also at the ends: a radio must not change by surprise
    if (target) target.focus();
  });
}
