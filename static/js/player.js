// The player and the waves: one sound over all recordings, on the session's clock.
// The page says "review:changed" to have it look again at its rows.
import { listen } from "./keys.js";

const box = document.querySelector(".player");
const total = Number(box.dataset.seconds);
const KEPT = `astra:player:${box.dataset.session}`;
const SVG = "http://www.w3.org/2000/svg";
const PEAKS = 10; // a second

const elements = [...box.querySelectorAll("audio")];
const audio = elements[0] || new Audio();
let offset = 0;
const tapes = elements.map((element) => {
  const { seconds, peaks } = element.dataset;
  const tape = { url: element.src, offset, seconds: Number(seconds), peaks };
  offset += tape.seconds;
  return tape;
});
let tape = null; // what is loaded
let at = 0; // seconds on the session's clock
let sounding = null;
let movedAt = 0; // when the person last moved the page
let sample = null; // the link whose stretch sounds, where it ends, where one was before

const clock = (second) => {
  const [h, m, s] = [second / 3600, (second / 60) % 60, second % 60].map(Math.floor);
  return `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}`;
};
const tapeAt = (second) => tapes.findLast((t) => second >= t.offset) || tapes[0];

function load(wanted) {
  if (wanted === tape) return;
  const rate = audio.playbackRate;
  tape = wanted;
  audio.src = tape.url;
  audio.preload = "auto";
  audio.playbackRate = audio.defaultPlaybackRate = rate;
}

function go(second, play = !audio.paused, link = null) {
  if (!tapes.length) return;
  mark(link);
  at = Math.min(Math.max(second, 0), total);
  const wanted = tapeAt(at);
  if (play || wanted === tape) {
    load(wanted);
    audio.currentTime = at - wanted.offset;
  }
  if (play) audio.play().catch(() => tell());
  tell();
}

function toggle() {
  if (audio.paused) go(at, true);
  else audio.pause();
}

// ---- A stretch that is heard to its end and no further -------------------------------
function mark(link) {
  const before = sample?.before ?? at;
  sample?.link.removeAttribute("aria-current");
  sample = link?.dataset.until ? { link, end: Number(link.dataset.until), before } : null;
  sample?.link.setAttribute("aria-current", "true");
  if (sample) requestAnimationFrame(watch);
}

// The browser tells the time four times a second: too seldom to stop before the next voice.
function watch() {
  if (!sample) return;
  if (tape && !audio.seeking && tape.offset + audio.currentTime >= sample.end) stop();
  else requestAnimationFrame(watch);
}

function stop() {
  const { link, before } = sample;
  audio.pause();
  go(before, false);
  link.dispatchEvent(new CustomEvent("player:heard", { bubbles: true }));
}

function tell() {
  const playing = !audio.paused;
  box.querySelector("[data-clock]").textContent = clock(at);
  box.querySelector("[data-key=play]").classList.toggle("on", playing);
  for (const [range, from] of [[whole, 0], [exact, minute()]]) {
    if (!range) continue;
    range.value = at - from;
    range.setAttribute("aria-valuetext", clock(at));
  }
  drawMinute();
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ at, playing, rate: audio.playbackRate }));
  } catch {
    // A browser that keeps nothing still plays.
  }
  follow(playing);
}

audio.addEventListener("timeupdate", () => {
  if (audio.seeking || !tape) return;
  at = tape.offset + audio.currentTime;
  if (sample && at >= sample.end) stop(); // where the page is hidden nothing else looks
  tell();
});
for (const change of ["play", "pause"]) audio.addEventListener(change, tell);
audio.addEventListener("pause", () => {
  if (audio.paused && !audio.ended) mark(null); // not when another sounds already
});
audio.addEventListener("ended", () => {
  if (sample) return stop();
  const next = tapes[tapes.indexOf(tape) + 1];
  if (next) go(next.offset, true);
  return undefined;
});
audio.addEventListener("error", () => {
  document.dispatchEvent(new CustomEvent("player:failed"));
});

const acts = { play: toggle, back: () => go(at - 3), forward: () => go(at + 3) };
listen([
  { key: "F4", says: "Oír o parar", act: acts.play },
  { key: "F2", says: "Retroceder 3 segundos", act: acts.back },
  { key: "F9", says: "Adelantar 3 segundos", act: acts.forward },
]);
for (const button of box.querySelectorAll("[data-key]")) {
  button.addEventListener("click", acts[button.dataset.key]);
}
const speed = box.querySelector("#speed");
speed.addEventListener("change", () => {
  audio.playbackRate = audio.defaultPlaybackRate = Number(speed.value);
  tell();
});

// ---- Waves -----------------------------------------------------------------------
const [overview, detail] = box.querySelectorAll(".wave svg");
const [whole, exact] = box.querySelectorAll(".wave input");
let peaks = new Uint8Array(0);
let drawn = -1; // the minute that is drawn
const minute = () => Math.floor(at / 60) * 60;

function shape(name, attributes, className = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.setAttribute("class", className);
  return element;
}
const rect = (x, width, y, height, className) =>
  shape("rect", { x, width, y, height }, className);

function runs(text) {
  let x = 0;
  return text.split(",").map((run) => {
    const [value, length] = run.split("x").map(Number);
    x += length;
    return { value, x: x - length, length };
  });
}

const loudest = (from, to) => {
  let top = 0;
  for (let i = Math.floor(from); i < to; i += 1) top = Math.max(top, peaks[i] || 0);
  return top / 255;
};

function drawWhole() {
  const step = 960 / total;
  const { start, end, voices, reviewed } = box.dataset;
  const shapes = runs(reviewed)
    .filter((run) => run.value)
    .map((run) => rect(run.x * 2, run.length * 2, 0, 32, "heard"));
  if (end > start) shapes.push(rect(start * step, Math.max((Math.min(end, total) - start) * step, 2), 0, 40, "here"));
  let path = "";
  for (let x = 0; x < 960 && peaks.length; x += 2) {
    const high = 1 + 14 * loudest((x / step) * PEAKS, ((x + 2) / step) * PEAKS);
    path += `M${x} ${(16 - high).toFixed(1)}V${(16 + high).toFixed(1)}`;
  }
  shapes.push(shape("path", { d: path }));
  for (const run of runs(voices).filter((each) => each.value)) {
    shapes.push(rect(run.x * 2, run.length * 2, 33, 7, `v${run.value}`));
  }
  overview.replaceChildren(...shapes);
}

function drawMinute() {
  if (!detail || drawn === minute()) return;
  drawn = minute();
  const top = [], bottom = [];
  for (let i = 0; i < 600 && peaks.length; i += 2) {
    const high = 0.5 + 26 * loudest(drawn * PEAKS + i, drawn * PEAKS + i + 2);
    top.push(`${i * 2} ${(28 - high).toFixed(1)}`);
    bottom.unshift(`${i * 2} ${(28 + high).toFixed(1)}`);
  }
  const shapes = top.length ? [shape("path", { d: `M${[...top, ...bottom].join("L")}Z` }, "env")] : [];
  for (const row of document.querySelectorAll("#filas .row")) {
    const [start, end] = [row.dataset.start - drawn, row.dataset.end - drawn];
    if (end < 0 || start > 60) continue;
    shapes.push(rect(Math.max(start, 0) * 20, (Math.min(end, 60) - Math.max(start, 0)) * 20, 57, 7, `v${row.dataset.v}`));
  }
  detail.replaceChildren(...shapes);
  box.querySelector("[data-from]").textContent = clock(drawn);
  box.querySelector("[data-to]").textContent = clock(drawn + 60);
}

async function fetchPeaks() {
  const all = new Uint8Array(Math.ceil(total * PEAKS));
  const answers = await Promise.all(tapes.map((each) => fetch(each.peaks)));
  for (const [index, answer] of answers.entries()) {
    if (!answer.ok) continue;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const from = Math.round(tapes[index].offset * PEAKS);
    all.set(bytes.subarray(0, Math.max(all.length - from, 0)), Math.min(from, all.length));
  }
  peaks = all;
}

function redraw() {
  drawn = -1;
  sounding = null;
  follow(!audio.paused);
  drawWhole();
  drawMinute();
}

whole.addEventListener("input", () => go(Number(whole.value)));
exact?.addEventListener("input", () => go(minute() + Number(exact.value)));
document.addEventListener("review:changed", redraw);

// ---- The row that sounds ---------------------------------------------------------------
for (const move of ["wheel", "touchmove", "keydown"]) {
  addEventListener(move, () => (movedAt = Date.now()), { passive: true });
}
const rowAt = (second) =>
  [...document.querySelectorAll("#filas .row")].findLast((row) => row.dataset.start <= second + 0.05);

function follow(playing) {
  const row = rowAt(at);
  const now = row && at < Number(row.dataset.end) + 2 ? row : null;
  const { start, end, address } = box.dataset;
  const link = document.getElementById("elsewhere");
  if (link) {
    link.hidden = !playing || (at >= start && at < end);
    link.href = `${address}?t=${at.toFixed(1)}`;
  }
  if (now === sounding) return;
  sounding?.classList.remove("playing");
  now?.classList.add("playing");
  sounding = now;
  // The page stays where it is under the hands of who writes or scrolls.
  const busy = sample || document.querySelector(".row.editing") || Date.now() - movedAt < 4000;
  if (!now || !playing || busy) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  now.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("[data-play]");
  const row = event.target.closest(".txt")?.closest(".row");
  if (link) {
    event.preventDefault();
    if (link === sample?.link && !audio.paused) audio.pause();
    else go(Number(link.dataset.play), true, link);
  } else if (row && getSelection().isCollapsed) {
    go(Number(row.dataset.start), true);
    row.focus({ preventScroll: true });
  }
});

// ---- Start -----------------------------------------------------------------------
for (const element of elements.slice(1)) element.remove();
audio.hidden = true;
audio.controls = false;
for (const element of box.querySelectorAll("[hidden]")) if (element !== audio) element.hidden = false;

let kept = {};
try {
  kept = JSON.parse(sessionStorage.getItem(KEPT)) || {};
} catch {
  kept = {};
}
if (kept.rate) {
  audio.playbackRate = audio.defaultPlaybackRate = kept.rate;
  speed.value = String(kept.rate);
}
const asked = box.dataset.second;
go(Number(asked ?? kept.at ?? box.dataset.start), asked === undefined && kept.playing === true);
redraw();
fetchPeaks().then(redraw, () => {}); // without a wave the page is still whole
if (asked !== undefined) {
  const row = rowAt(Number(asked));
  row?.scrollIntoView({ block: "center" });
  row?.focus({ preventScroll: true });
}
