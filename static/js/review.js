// Correcting on the review page: one text box at a time, saved while one writes.
// A text stays in this browser's store until the server confirms that it has it.
import { listen } from "./keys.js";

const list = () => document.getElementById("filas");
const rows = () => [...list().querySelectorAll(".row")];
const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1];
const hour = (time = new Date()) => time.toLocaleTimeString("es-CO", { hour: "numeric", minute: "2-digit" });
const icon = (name) => `<svg class="i" aria-hidden="true"><use href="#i-${name}"/></svg>`;
const parsed = (html) => {
  const box = document.createElement("template");
  box.innerHTML = html;
  return box.content;
};

function tell(kind, text, retry) {
  const box = document.getElementById("saved");
  box.className = `saved ${kind}`;
  box.innerHTML = icon({ ok: "check", bad: "alert" }[kind] || "run");
  box.append(text);
  if (!retry) return;
  const button = parsed('<button class="btn bare" type="button">Reintentar</button>').firstChild;
  button.addEventListener("click", retry);
  box.append(button);
}

// ---- What is kept here until it is kept there ---------------------------------------
const drafts = {
  key: (editor) => `astra:draft:${list().dataset.user}:${editor.pk}`,
  keep(editor) {
    const draft = { text: editor.area.value, time: Date.now() };
    try {
      localStorage.setItem(drafts.key(editor), JSON.stringify(draft));
    } catch {
      // The store is full or forbidden: the text is still in its box.
    }
  },
  read(editor) {
    try {
      return JSON.parse(localStorage.getItem(drafts.key(editor)));
    } catch {
      return null;
    }
  },
  forget(editor) {
    try {
      localStorage.removeItem(drafts.key(editor));
    } catch {
      // Nothing was kept.
    }
  },
};

// ---- The one open text box ----------------------------------------------------------
const AFTER_PAUSE = 1000; // ms
const RETRIES = [2000, 5000, 15000, 30000]; // ms
const GONE = "esta intervención ya no está, porque la sesión se transcribió otra vez; copie su texto y vuelva a cargar la página";
const WHY = { 403: "su sesión se cerró o perdió el permiso; entre de nuevo en otra pestaña", 404: GONE };
const closedRows = new Map(); // id -> how a row looked before it was opened
let open = null;

class Editor {
  constructor(form) {
    this.form = form;
    this.row = form.closest(".row");
    this.pk = this.row.id.slice(1);
    this.area = form.querySelector("textarea");
    this.isConflict = this.row.classList.contains("conflict");
    this.original = this.saved = this.area.value;
    this.answer = null; // the row as the server shows it after the last save
    this.failures = 0;
    this.area.addEventListener("input", () => this.typed());
    this.area.addEventListener("blur", () => this.isConflict || this.save());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.finish({ verified: event.submitter?.name === "verified", next: event.submitter?.name === "next" });
    });
    this.grow();
    this.row.scrollIntoView({ block: "nearest" });
    document.getElementById("avisos").replaceChildren(); // what was said is read by now
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(this.area.value.length, this.area.value.length);
    if (!this.isConflict) this.offerDraft();
    form.querySelector("[data-theirs]")?.addEventListener("click", () => drafts.forget(this));
  }

  get isDirty() {
    return this.area.value !== this.saved;
  }

  grow() {
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight + 2}px`;
  }

  typed() {
    this.grow();
    drafts.keep(this);
    if (this.isConflict || this.isStopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), AFTER_PAUSE);
  }

  offerDraft() {
    const draft = drafts.read(this);
    if (!draft || draft.text === this.area.value) return drafts.forget(this);
    const offer = parsed(
      `<div class="flash warn" role="status">${icon("alert")}<div><p></p><div class="btns">` +
        '<button class="btn quiet" type="button">Recuperarlo</button>' +
        '<button class="btn bare" type="button">Descartarlo</button></div></div></div>',
    ).firstChild;
    const when = hour(new Date(draft.time));
    offer.querySelector("p").textContent = `Hay un texto suyo de las ${when} que no alcanzó a guardarse: «${draft.text}»`;
    const [recover, discard] = offer.querySelectorAll("button");
    recover.addEventListener("click", () => {
      this.area.value = draft.text;
      offer.remove();
      this.area.focus();
      this.typed();
    });
    discard.addEventListener("click", () => {
      drafts.forget(this);
      offer.remove();
      this.area.focus();
    });
    this.area.before(offer);
  }

  // Resolve to whether the server has what is in the box. One request at a time.
  async save(verified = false) {
    clearTimeout(this.timer);
    while (this.saving) await this.saving;
    if (this.isStopped) return false;
    if (!this.isDirty && !verified && !this.isConflict) return true;
    this.saving = this.send(verified);
    const done = await this.saving;
    this.saving = null;
    return done;
  }

  async send(verified) {
    const text = this.area.value;
    const data = new FormData(this.form);
    if (verified) data.set("verified", "1");
    tell("", "Guardando…");
    let response;
    try {
      const headers = { "HX-Request": "true", "X-CSRFToken": cookie("csrftoken") || data.get("csrfmiddlewaretoken") };
      response = await fetch(this.form.action, { method: "POST", body: data, headers, keepalive: text.length < 20000 });
    } catch {
      return this.failed("sin conexión");
    }
    const why = WHY[response.redirected ? 403 : response.status];
    if (why) return this.failed(why);
    const html = await response.text();
    if (response.status === 409) return this.collided(html);
    if (response.status === 422) return this.refused(parsed(html).querySelector(".error")?.textContent);
    if (!response.ok) return this.failed("el servidor no respondió bien");
    this.took(text, html);
    return true;
  }

  took(text, html) {
    this.saved = text;
    this.answer = html;
    this.failures = 0;
    const version = parsed(html).querySelector(".row").dataset.version;
    this.form.querySelector("[name=version]").value = version;
    if (!this.isDirty) drafts.forget(this);
    progress(html);
    tell("ok", `Guardado ${hour()}`);
  }

  failed(why) {
    drafts.keep(this);
    tell("bad", `No se pudo guardar: ${why}. Su texto sigue aquí.`, () => {
      this.area.focus({ preventScroll: true });
      this.save();
    });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), RETRIES[Math.min(this.failures, 3)]);
    this.failures += 1;
    return false;
  }

  refused(why) {
    tell("bad", why || "No se guardó.");
    return false;
  }

  // Somebody was first: show both texts, or say that the acta is closed.
  collided(html) {
    const answer = parsed(html);
    drafts.keep(this);
    this.isStopped = true;
    if (answer.querySelector("form.sentence")) {
      const mine = this.area.value;
      const opened = place(this.row, html);
      const area = opened.querySelector("textarea");
      area.value = mine;
      area.dispatchEvent(new Event("input"));
      tell("bad", "Hay dos textos: elija uno.");
    } else {
      this.area.before(answer.querySelector(".flash"));
      tell("bad", "No se guardó. Su texto sigue aquí.");
    }
    return false;
  }

  async finish({ verified = false, next = false, stay = true } = {}) {
    if (!(await this.save(verified))) return false;
    const following = rows()[rows().indexOf(this.row) + 1];
    const shown = await this.leave();
    if (!next && stay) shown?.focus({ preventScroll: true });
    else if (!next) return true;
    else if (following) openRow(following);
    else document.querySelector("a[rel=next]")?.focus();
    return true;
  }

  async cancel() {
    if (this.answer) {
      this.area.value = this.original;
      if (!(await this.save())) return;
    }
    clearTimeout(this.timer);
    drafts.forget(this);
    (await this.leave())?.focus({ preventScroll: true });
  }

  leave() {
    if (open === this) open = null;
    const html = this.answer || closedRows.get(this.row.id);
    if (html) return place(this.row, html);
    const { id } = this.row;
    return htmx.ajax("GET", `?fila=${this.pk}`, { target: `#${id}`, swap: "outerHTML" });
  }
}

function place(row, html) {
  const shown = parsed(html).querySelector(".row");
  row.replaceWith(shown);
  htmx.process(shown);
  adopt(shown);
  changed();
  return shown;
}

function progress(html) {
  const now = parsed(html).querySelector("#progreso");
  const shown = document.getElementById("progreso");
  if (now && shown) shown.replaceChildren(...now.childNodes);
}

function openRow(row) {
  const pk = row.id.slice(1);
  return htmx.ajax("GET", `?editar=${pk}`, { target: `#u${pk}`, swap: "outerHTML" });
}

// A row that has just come in: if it is a text box, it is the open one from now on.
function adopt(element) {
  const form = element.querySelector?.("form.sentence");
  if (!form || open?.form === form) return;
  const before = open;
  open = new Editor(form);
  if (before?.row.isConnected && before.row !== open.row) before.finish({ stay: false });
}

// ---- htmx: rows that are swapped, whole tramos that are read again ----------------------
let lastRow = null; // where one was before the tramo was read again
let lastTop = null; // and how high on the screen that was
const body = document.body;
body.addEventListener("htmx:confirm", (event) => {
  const { elt, target, issueRequest } = event.detail;
  lastRow = elt.closest(".row")?.id || lastRow;
  if (!open?.row.isConnected) return;
  const inside = open.row.contains(elt);
  if (open.isConflict && inside) return;
  if (inside && elt.matches("[data-cancel]")) {
    event.preventDefault();
    open.cancel();
  } else if (inside || target?.id === "filas") {
    event.preventDefault(); // first what is written, then what was asked
    (inside ? open.save() : open.finish({ stay: false })).then((done) => done && issueRequest(true));
  }
});
body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target, requestConfig } = event.detail;
  if (new URL(xhr.responseURL, location).pathname.startsWith("/cuenta/")) {
    event.detail.shouldSwap = false;
    location.assign(xhr.responseURL);
    return;
  }
  if ([409, 422].includes(xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    if (requestConfig.elt.matches("form.naming, form.boundary")) {
      event.detail.target = requestConfig.elt.closest(".row");
      event.detail.selectOverride = ".row";
    }
  }
  lastTop = document.getElementById(lastRow)?.getBoundingClientRect().top;
  if (target.matches(".row") && !target.matches(".editing")) closedRows.set(target.id, target.outerHTML);
});
body.addEventListener("htmx:afterSettle", (event) => {
  const { elt, requestConfig } = event.detail;
  const from = requestConfig?.elt;
  if (elt.id === "filas") {
    closedRows.clear();
    const row = document.getElementById(lastRow);
    row?.focus({ preventScroll: true });
    if (row) scrollBy(0, row.getBoundingClientRect().top - lastTop); // under the same eyes
    row?.scrollIntoView({ block: "nearest" }); // a form is taller than what takes its place
  } else if (from?.matches(".check")) {
    document.getElementById(lastRow)?.querySelector(".check")?.focus({ preventScroll: true });
  } else if (elt.matches(".row") && !elt.matches(".editing")) {
    elt.focus({ preventScroll: true });
  } else if (elt.matches(".row")) {
    elt.querySelector("select:not([hidden]), input:not([type=hidden])")?.focus({ preventScroll: true });
    elt.scrollIntoView({ block: "nearest" });
  }
  changed();
});
body.addEventListener("htmx:load", (event) => adopt(event.detail.elt));
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  body.addEventListener(failure, ({ detail }) => tell("bad", detail.xhr.status === 404 ? "Esta intervención ya cambió: vuelva a cargar la página." : "No se pudo hacer: revise la conexión y repítalo."));
}

function changed() {
  document.dispatchEvent(new CustomEvent("review:changed"));
}
document.addEventListener("player:failed", () => {
  tell("bad", "No se pudo oír la grabación. El texto se puede corregir igual.");
});
document.addEventListener("click", (event) => {
  const edit = event.target.closest("[data-edit]");
  const row = edit && document.getElementById(`u${edit.dataset.edit}`);
  if (!row || row.matches(".editing")) return;
  event.preventDefault();
  row.scrollIntoView({ block: "center" });
  openRow(row);
});

// ---- Keys: one table, for the hands and for the help ------------------------------------
const step = (row, by) => rows()[rows().indexOf(row) + by]?.focus();
const KEYS = [
  { key: "Enter", name: "Entrar", says: "En una intervención: corregirla", when: (t) => t.matches(".row:not(.editing)"), act: openRow },
  { key: "Enter", name: "Entrar", says: "Al corregir: guardar y seguir", when: (t) => open?.area === t, act: () => open.finish({ next: true }) },
  { key: "Enter", shift: true, name: "Mayús + Entrar", says: "Al corregir: renglón nuevo" },
  { key: "Enter", ctrl: true, name: "Ctrl + Entrar", says: "Guardar como revisado y seguir", when: (t) => open?.area === t, act: () => open.finish({ verified: true, next: true }) },
  { key: "s", ctrl: true, name: "Ctrl + S", says: "Guardar ya", when: () => open, act: () => open.save() },
  { key: "Escape", name: "Esc", says: "Cancelar: queda como estaba", when: (t) => t.closest(".row.editing"), act: escape },
  { key: "ArrowUp", name: "↑", says: "Ir a la intervención anterior", when: (t) => t.matches(".row"), act: (t) => step(t, -1) },
  { key: "ArrowDown", name: "↓", says: "Ir a la siguiente", when: (t) => t.matches(".row"), act: (t) => step(t, 1) },
  { key: "F8", says: "Ir a la siguiente voz sin nombre", act: (t) => nameless(t, 1) },
  { key: "F8", shift: true, name: "Mayús + F8", says: "Ir a la anterior sin nombre", act: (t) => nameless(t, -1) },
];
// Rows of a voice that nobody has named; a run of one voice counts once.
function nameless(target, by) {
  const all = rows();
  const runs = all.filter((row, i) => row.dataset.nameless && row.dataset.nameless !== all[i - 1]?.dataset.nameless);
  const here = all.indexOf(target.closest?.(".row"));
  const next = by > 0 ? runs.find((row) => all.indexOf(row) > here) : runs.findLast((row) => all.indexOf(row) < here);
  if (next) next.focus();
  else document.querySelector(by > 0 ? "[data-nameless-next]" : "[data-nameless-before]")?.click();
}
function escape(target) {
  if (open?.row.contains(target) && !open.isConflict) open.cancel();
  else target.closest(".row").querySelector("[data-cancel]")?.click();
}
listen(KEYS);

// ---- Before one leaves, and when one arrives --------------------------------------------
addEventListener("beforeunload", (event) => {
  if (open?.row.isConnected && open.isDirty) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden && open?.row.isConnected && !open.isConflict) open.save();
});
addEventListener("online", () => open?.isDirty && !open.isConflict && open.save());

adopt(list());
const left = open ? null : rows().find((row) => drafts.read({ pk: row.id.slice(1) }));
if (left && left.querySelector("[hx-get*=editar]")) {
  tell("bad", "Hay un texto suyo sin guardar.", () => openRow(left));
  document.querySelector("#saved button").textContent = "Verlo";
}
