// The quórum bar follows what is being marked, before it is saved.
const bar = document.querySelector(".quorum");
const table = document.querySelector("[data-rows]");

function recount() {
  const present = table.querySelectorAll('input[value="presente"]:checked').length;
  const tag =
    present >= Number(bar.dataset.decide) ? "ok"
    : present >= Number(bar.dataset.deliberate) ? "warn"
    : "bad";
  const icon = { ok: "check", warn: "alert", bad: "stop" }[tag];
  const pill = bar.querySelector("[data-verdict]");
  bar.querySelector("[data-present]").textContent = present;
  pill.className = `pill ${tag}`;
  pill.querySelector("use").setAttribute("href", `#i-${icon}`);
  pill.querySelector("span").textContent = bar.dataset[tag];
}

if (bar && table) table.addEventListener("change", recount);
