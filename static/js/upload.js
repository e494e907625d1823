// Uploads recordings in chunks, one file after another, from wherever they stopped.
// The server's offset is the truth; after a reload the person chooses the same file
// again and the upload goes on from there.

import { Sha256 } from "./sha256.js";

const RETRIES = [1, 2, 4, 8, 15, 30]; // seconds between attempts while the line is down
const form = document.querySelector("form.upload");
const list = form.querySelector(".ledger");
const input = form.querySelector("input[type=file]");
const template = form.querySelector("template");
const csrf = form.elements.csrfmiddlewaretoken.value;
const chunkBytes = Number(form.dataset.chunk);
const queue = [];
let running = null;
let finished = 0;

function size(bytes) {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  const [amount, unit] = bytes < 1e9 ? [bytes / 1e6, "MB"] : [bytes / 1e9, "GB"];
  return `${amount.toFixed(unit === "GB" ? 1 : 0).replace(".", ",")} ${unit}`;
}

function left(seconds) {
  if (seconds < 60) return "queda menos de un minuto";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes === 1 ? "queda" : "quedan"} unos ${minutes} min`;
  return `quedan unas ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

class Stop extends Error {} // paused, cancelled or refused: do not try again

class FileUpload {
  constructor(file, row) {
    this.file = file;
    this.row = row;
    this.url = row.dataset.url || "";
    this.hash = new Sha256();
    this.hashed = 0; // bytes of the file that are in `hash`
    this.state = "waiting";
    row.querySelector(".what").textContent = file.name;
    const [first, second] = template.content.querySelectorAll("button");
    row.querySelector(".btns").replaceChildren(first.cloneNode(true), second.cloneNode(true));
    row.addEventListener("click", (event) => this.press(event));
    this.say("En espera de su turno.");
  }

  say(text, wrong = false) {
    this.row.classList.toggle("wrong", wrong);
    this.row.querySelector(".meta").textContent = text;
  }

  buttons(...names) {
    for (const button of this.row.querySelectorAll("[data-do]")) {
      button.hidden = !names.includes(button.dataset.do);
    }
  }

  show(offset) {
    const bar = this.row.querySelector("progress");
    bar.max = this.file.size;
    bar.value = offset;
  }

  async ask(method, url, options = {}) {
    this.abort = new AbortController();
    const headers = { "X-CSRFToken": csrf, ...options.headers };
    const answer = await fetch(url, {
      method, headers, body: options.body, signal: this.abort.signal, redirect: "manual",
    });
    // The only redirect is the one to the log-in.
    if (answer.type === "opaqueredirect") return { status: 403, ok: false };
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    return { status: answer.status, ok: answer.ok, ...(isJson ? await answer.json() : {}) };
  }

  // Runs to the end; returns true when the recording is in.
  async run() {
    this.state = "running";
    this.buttons("pause", "cancel");
    for (let failures = 0; ; ) {
      try {
        const before = this.offset ?? -1;
        if (await this.go()) return true;
        if ((this.offset ?? -1) > before) failures = 0;
      } catch (error) {
        if (error instanceof Stop || this.state !== "running") return false;
      }
      if (failures === RETRIES.length) {
        this.say("La conexión sigue caída. Lo subido se conserva: pulse «Seguir» cuando vuelva.", true);
        return this.rest();
      }
      const wait = RETRIES[failures++];
      this.say(`Se cortó la conexión. Lo subido se conserva; se intenta de nuevo en ${wait} s.`, true);
      await pause(wait);
      if (this.state !== "running") return false;
    }
  }

  rest() {
    this.state = "paused";
    const button = this.row.querySelector("[data-do=pause]");
    button.textContent = "Seguir";
    this.buttons("pause", "cancel");
    return false;
  }

  // One stretch of work: find the offset, send until the end or until something breaks.
  async go() {
    this.offset = await this.begin();
    const clock = { at: performance.now(), offset: this.offset };
    for (;;) {
      this.progress(clock);
      const answer = await this.send();
      if (answer.done) return this.end();
      if (answer.ok || (answer.status === 409 && "offset" in answer)) this.offset = answer.offset;
      else this.refused(answer);
    }
  }

  // Returns the offset to go on from: the server keeps one upload of a name and size.
  async begin() {
    const begun = await this.ask("POST", form.action, {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: this.file.name, size: this.file.size }),
    });
    if (!begun.ok) this.refused(begun);
    this.url = begun.url;
    const key = `upload ${this.url}`;
    const date = String(this.file.lastModified);
    const known = localStorage.getItem(key);
    localStorage.setItem(key, date);
    if (!begun.offset || known === null || known === date) return begun.offset;
    // Another date: not the file that was interrupted.
    localStorage.removeItem(key);
    await this.ask("DELETE", this.url);
    return this.begin();
  }

  async send() {
    const chunk = this.file.slice(this.offset, this.offset + chunkBytes);
    const end = this.offset + chunk.size;
    await this.read(end);
    const headers = {
      "Content-Type": "application/octet-stream",
      "Upload-Offset": String(this.offset),
    };
    if (end === this.file.size) {
      headers["Upload-Sha256"] = this.hash.hex();
      this.say("Todo llegó: el servidor lo comprueba y lo guarda…");
    }
    return this.ask("PATCH", this.url, { headers, body: chunk });
  }

  // Bring the hash up to `end`, also over what was sent before a reload.
  async read(end) {
    while (this.hashed < end) {
      const next = Math.min(end, this.hashed + chunkBytes);
      if (next < end) this.say("Se comprueba en su computador lo que ya estaba subido…");
      let piece;
      try {
        piece = await this.file.slice(this.hashed, next).arrayBuffer();
      } catch {
        this.say("Su computador ya no encuentra el archivo. Conecte la grabadora o la memoria y elíjalo otra vez: la subida sigue donde iba.", true);
        this.rest();
        throw new Stop();
      }
      this.hash.update(new Uint8Array(piece));
      this.hashed = next;
    }
  }

  progress(clock) {
    this.show(this.offset);
    const speed = (this.offset - clock.offset) / (performance.now() - clock.at); // bytes a ms
    const rest = speed > 0 ? ` · ${left((this.file.size - this.offset) / speed / 1000)}` : "";
    this.say(`${size(this.offset)} de ${size(this.file.size)}${rest} · deje esta página abierta hasta que termine`);
  }

  // Says what the server said no to and stops; a busy server is tried again instead.
  refused(answer) {
    if (!answer.refused && (answer.status === 409 || (answer.status >= 500 && answer.status !== 507))) {
      throw new Error(answer.error);
    }
    if (answer.status === 403) answer.error = "Su sesión en ASTRA terminó. Entre de nuevo en otra pestaña, vuelva a esta y pulse «Seguir»: lo subido se conserva.";
    if (answer.status === 404) answer.error = "Esta subida ya terminó o se canceló en otra ventana. Abra de nuevo esta página para ver cómo quedó.";
    this.say(answer.error || "El servidor no recibió el archivo. Lo subido se conserva.", true);
    if (answer.page) {
      const link = document.createElement("a");
      link.href = answer.page;
      link.textContent = "Abrir esa sesión";
      this.row.querySelector(".meta").append(" ", link);
    }
    if (answer.refused || answer.status === 404) {
      this.state = "refused";
      this.buttons();
      localStorage.removeItem(`upload ${this.url}`);
    } else this.rest();
    throw new Stop();
  }

  end() {
    this.state = "done";
    this.show(this.file.size);
    this.buttons();
    this.say("Recibida completa. La huella coincide con la de su computador.");
    localStorage.removeItem(`upload ${this.url}`);
    return true;
  }

  async press(event) {
    const name = event.target.dataset?.do;
    if (name === "pause" && this.state === "paused") {
      event.target.textContent = "Pausar";
      queue.unshift(this);
      this.state = "waiting";
      next();
    } else if (name === "pause") {
      this.rest();
      this.abort?.abort();
      this.say("En pausa. Lo subido se conserva.");
    } else if (name === "cancel") {
      await this.cancel();
    }
  }

  async cancel() {
    this.state = "cancelled";
    this.abort?.abort();
    if (queue.includes(this)) queue.splice(queue.indexOf(this), 1);
    if (this.url) {
      for (const wait of RETRIES.slice(0, 3)) {
        const answer = await this.ask("DELETE", this.url).catch(() => ({ status: 0 }));
        if (answer.status === 204 || answer.status === 404) break;
        await pause(wait);
      }
      localStorage.removeItem(`upload ${this.url}`);
    }
    this.row.remove();
  }
}

async function next() {
  if (running || !queue.length) return;
  running = queue.shift();
  if (await running.run()) finished++;
  running = null;
  if (queue.length) return next();
  const open = [...list.children].some((row) => row.querySelector("[data-do]:not([hidden])"));
  const wrong = list.querySelector(".wrong");
  if (!finished || open) return;
  // What is said of a file that went wrong must stay readable.
  if (wrong) form.querySelector("[data-after]").hidden = false;
  else location.reload();
}

function add(files) {
  for (const file of files) {
    const waiting = [...list.children].find(
      (row) => row.dataset.name === file.name && Number(row.dataset.size) === file.size,
    );
    const row = waiting || template.content.firstElementChild.cloneNode(true);
    if (!waiting) list.append(row);
    delete row.dataset.name;
    queue.push(new FileUpload(file, row));
  }
  hideOldNumbers();
  next();
}

// From the first file on, the bar here is the truth: what the server said is older.
function hideOldNumbers() {
  if (!list.querySelector("li:not([data-name])")) return;
  for (const line of document.querySelectorAll("#avance [data-arriving]")) line.hidden = true;
}
addEventListener("htmx:afterSwap", hideOldNumbers);

input.required = false;
form.querySelector("button[name=subir]").hidden = true;
function take() {
  add([...input.files]);
  input.value = "";
}
input.addEventListener("change", take);
if (input.files.length) take(); // chosen while this script was still on its way
const drop = form.querySelector(".drop");
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add([...event.dataTransfer.files]);
});
addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});
