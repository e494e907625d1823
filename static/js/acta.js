// The approval is asked in a real dialog where there is one; print needs a script.
const print = document.querySelector("[data-print]");
const dialog = document.getElementById("aprobar");

if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

if (dialog) {
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.target.querySelector("button").disabled = true; // one click, one approval
  });
  for (const link of document.querySelectorAll('a[href="#aprobar"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
    });
  }
  const leave = dialog.querySelector('a[href="#contenido"]');
  leave?.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
}
