// The keys of a page: one table for the hands and for the help. A page may add several.
const inText = (target) => target.matches("textarea, input:not([type=range]), select");
const undo = () => document.getElementById("deshacer")?.requestSubmit();
const table = [];
const everywhere = [{ key: "z", ctrl: true, name: "Ctrl + Z", says: "Deshacer lo último que usted hizo", when: (t) => !inText(t), act: undo }];

const holds = (event, each) =>
  each.act &&
  each.key.toLowerCase() === event.key.toLowerCase() &&
  Boolean(each.ctrl) === (event.ctrlKey || event.metaKey) &&
  Boolean(each.shift) === event.shiftKey &&
  (!each.when || each.when(event.target));

function help() {
  const box = document.querySelector("[data-keys]");
  if (!box) return;
  box.innerHTML = [...table, ...everywhere].map(({ key, name, says }) => `<dt><kbd>${name || key}</kbd></dt><dd>${says}</dd>`).join("");
}

export function listen(keys) {
  table.push(...keys);
  help();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.defaultPrevented) return;
  const pressed = [...table, ...everywhere].find((each) => holds(event, each));
  if (!pressed) return;
  event.preventDefault();
  pressed.act(event.target);
});
document.body.addEventListener("htmx:afterSwap", help);
