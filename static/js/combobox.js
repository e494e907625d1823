// A list of people to choose from by typing: accents do not count, and who begins with
// what is typed comes before who has it in the middle. Without this it is a <select>.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
let count = 0;

// 0: the name begins so; 1: its words do, in any order; 2: it is in it; null: it is not.
function rank(name, typed) {
  if (name.startsWith(typed)) return 0;
  const words = name.split(/[\s,]+/);
  if (typed.split(/\s+/).every((part) => words.some((word) => word.startsWith(part)))) return 1;
  return name.includes(typed) ? 2 : null;
}

function found(people, text) {
  const typed = plain(text);
  if (!typed) return people;
  const ranked = people.map((one) => ({ one, at: rank(one.plain, typed) }));
  return ranked.filter(({ at }) => at !== null).sort((a, b) => a.at - b.at).map(({ one }) => one);
}

class Combobox {
  constructor(select) {
    this.select = select;
    this.free = select.form.querySelector(select.dataset.combobox); // for who is not listed
    this.people = [...select.options]
      .filter((option) => option.value)
      .map((option) => ({ value: option.value, label: option.text, plain: plain(option.text), group: option.parentElement.label || "" }));
    this.build();
    const chosen = select.selectedOptions[0];
    this.input.value = (chosen?.value && chosen.text) || "";
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("click", () => this.show());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => this.left());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("li")));
  }

  build() {
    count += 1;
    const box = document.createElement("div");
    box.className = "combo";
    box.innerHTML =
      `<input class="input" id="quien-${count}" role="combobox" aria-autocomplete="list" aria-expanded="false" aria-controls="lista-${count}" autocomplete="off" spellcheck="false">` +
      `<ul id="lista-${count}" role="listbox" aria-label="Personas" hidden></ul><span class="sr" role="status"></span>`;
    [this.input, this.list, this.status] = box.children;
    const label = this.select.form.querySelector(`label[for="${this.select.id}"]`);
    if (label) label.htmlFor = this.input.id;
    this.input.placeholder = this.select.dataset.hint || "";
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (this.select.hasAttribute(name)) this.input.setAttribute(name, this.select.getAttribute(name));
    }
    this.select.hidden = true;
    this.select.after(box);
  }

  get isOpen() {
    return !this.list.hidden;
  }

  show() {
    const text = this.select.value ? "" : this.input.value; // who is chosen may be changed
    const people = found(this.people, text);
    const items = people.map((one) => this.item(one.value, one.label, one.group));
    const typed = text.trim();
    if (typed && this.free) items.push(this.item("", `Otra persona: ${typed}`, "no está en la lista"));
    this.list.replaceChildren(...items);
    const wasOpen = this.isOpen;
    this.list.hidden = !items.length;
    if (!wasOpen) this.list.scrollIntoView({ block: "nearest" }); // not under what is sticky
    this.input.setAttribute("aria-expanded", String(this.isOpen));
    this.move(typed ? 0 : -1);
    this.status.textContent = people.length === 1 ? "1 persona" : `${people.length} personas`;
  }

  item(value, label, group) {
    const item = document.createElement("li");
    item.role = "option";
    item.id = `${this.list.id}-${value || "otra"}`;
    item.dataset.value = value;
    item.textContent = label;
    const small = document.createElement("small");
    small.textContent = group;
    item.append(" ", small);
    return item;
  }

  hide() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  move(to) {
    const items = [...this.list.children];
    this.active = items[to];
    for (const item of items) item.setAttribute("aria-selected", String(item === this.active));
    if (!this.active) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", this.active.id);
    return this.active.scrollIntoView({ block: "nearest" });
  }

  typed() {
    this.select.value = "";
    if (this.free) this.free.value = "";
    this.show();
  }

  pressed(event) {
    const items = [...this.list.children];
    const at = items.indexOf(this.active);
    if (["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      if (!this.isOpen) this.show();
      else this.move((at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length);
    } else if (event.key === "Enter" && this.isOpen && this.active) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape" && this.isOpen) {
      event.preventDefault(); // one step: the list closes, the form stays
      this.hide();
    } else if (event.key === "Tab" && this.isOpen && this.active) {
      this.choose(this.active, false);
    }
  }

  choose(item, follow = true) {
    if (!item) return;
    const { value } = item.dataset;
    const typed = this.input.value.trim();
    this.select.value = value;
    if (value) this.input.value = this.select.selectedOptions[0].text;
    if (this.free) this.free.value = value ? "" : typed;
    this.hide();
    const details = this.free?.closest("details");
    if (details) details.open = !value;
    if (!value && follow) this.free.form.querySelector("[name=office]")?.focus();
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // A name that is nobody's on the list is a new one, without having to say so.
  left() {
    const items = [...this.list.children];
    if (this.isOpen && items.length === 1 && !items[0].dataset.value) this.choose(items[0], false);
    this.hide();
  }
}

export function adopt(root) {
  for (const select of root.querySelectorAll("select[data-combobox]:not([hidden])")) new Combobox(select);
}

adopt(document);
document.body.addEventListener("htmx:load", (event) => adopt(event.detail.elt));
