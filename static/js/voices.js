// Going through the voices: one hears the samples, confirms, and is on the next one.
import { listen } from "./keys.js";

const cards = () => [...document.querySelectorAll("#voces .voice")];
const body = document.body;
let acted = null; // the voice with which something was just done, and where it stood

function step(card, by) {
  cards()[cards().indexOf(card) + by]?.focus();
}

// The samples of a voice one after the other, with one key.
function hear(card) {
  const samples = [...card.querySelectorAll(".samples .proof")];
  const sounding = samples.find((each) => each.getAttribute("aria-current"));
  const last = sounding || samples.find((each) => each.dataset.last);
  const next = samples[(samples.indexOf(last) + 1) % samples.length];
  for (const each of samples) delete each.dataset.last;
  if (next) next.dataset.last = "1";
  next?.click();
}

const onCard = (target) => target.matches("#voces .voice");
const inCard = (target) => target.matches("#voces .voice, #voces .samples .proof");
listen([
  { key: "Enter", name: "Entrar", says: "En una voz: oír la muestra siguiente", when: onCard, act: hear },
  { key: "Enter", ctrl: true, name: "Ctrl + Entrar", says: "En una voz: confirmar y pasar a la que sigue", when: (t) => t.closest("#voces .voice")?.querySelector("form.confirm"), act: (t) => t.closest(".voice").querySelector("form.confirm").requestSubmit() },
  { key: "ArrowUp", name: "↑", says: "En una voz: ir a la anterior", when: inCard, act: (t) => step(t.closest(".voice"), -1) },
  { key: "ArrowDown", name: "↓", says: "En una voz: ir a la siguiente", when: inCard, act: (t) => step(t.closest(".voice"), 1) },
  { key: "Escape", name: "Esc", says: "Al nombrar, unir o separar: dejar la voz como estaba", when: (t) => t.closest(".voice .act"), act: (t) => t.closest(".voice").querySelector("[data-close]").click() },
]);

body.addEventListener("htmx:confirm", ({ detail }) => {
  const card = detail.elt.closest(".voice");
  acted = card && { id: card.id, then: detail.elt.dataset.then, at: cards().indexOf(card), posts: detail.verb === "post", names: detail.elt.matches("form.confirm, form.act[hx-post$='/nombre/']") };
});
body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status !== 422 || !detail.requestConfig.elt.matches(".voice form")) return;
  detail.shouldSwap = true; // the card comes back with what is wrong in it
  detail.isError = false;
  detail.target = document.getElementById(acted.id);
  detail.selectOverride = ".voice";
});
// After a name, the next voice that has none; after anything else, the same voice.
body.addEventListener("htmx:afterSettle", ({ detail }) => {
  const from = detail.requestConfig?.elt;
  if (!acted || !from?.closest || !(from.matches(".voice *") || detail.elt.matches(".voice, #filas, #voces"))) return;
  const all = cards();
  const same = document.getElementById(acted.then) || document.getElementById(acted.id) || all[Math.min(acted.at, all.length - 1)];
  if (!same) return;
  if (!acted.posts) (same.querySelector(".act .input, .act select:not([hidden]), .act .btn") || same).focus({ preventScroll: true });
  else if (detail.xhr.status === 422) same.querySelector(".act .input")?.focus();
  else {
    const waiting = all.filter((card) => card.matches("[data-waits]"));
    const next = acted.names ? waiting.find((card) => all.indexOf(card) > all.indexOf(same)) || waiting[0] : null;
    (next || same).focus({ preventScroll: true });
    (next || same).scrollIntoView({ block: "nearest" });
  }
  acted = null;
});

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
