// Panels that are tabs by their address alone (:target); with this they change without
// moving the page, and stay as they were when their part of the page is read again.
function show(hash = location.hash) {
  const tabs = [...document.querySelectorAll(".tabs a")];
  const tab = tabs.find((each) => each.hash === hash);
  const { scrollX, scrollY } = window;
  if (tab && matchMedia("(min-width: 68.01rem)").matches) {
    location.replace(hash);
    scrollTo(scrollX, scrollY);
  }
  for (const each of tabs) {
    if (each === (tab || tabs[0])) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest(".tabs a");
  if (!tab) return;
  event.preventDefault();
  show(tab.hash);
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.querySelector?.(".tabs")) show();
});
show();
