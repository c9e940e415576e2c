"use strict";
const experiments = [...document.querySelectorAll("details.experiment")];
const form = document.querySelector("form.filter");

function unfoldTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = target && target.closest("details");
  if (details) {
    details.hidden = false;
    details.open = true;
    target.scrollIntoView();
  }
}

function filter() {
  const shown = new Set([...form.querySelectorAll("input:checked")].map((box) => box.value));
  for (const one of experiments) one.hidden = !shown.has(one.dataset.outcome);
}

if (form) {
  form.hidden = false;
  form.addEventListener("change", filter);
  const button = form.querySelector("[data-unfold]");
  button.addEventListener("click", () => {
    const open = button.textContent === "Unfold all";
    for (const one of experiments) one.open = open;
    button.textContent = open ? "Fold all" : "Unfold all";
  });
}
let folded = [];
addEventListener("beforeprint", () => {
  folded = experiments.filter((one) => !one.open && one.dataset.outcome === "kept");
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of folded) one.open = false;
});
addEventListener("hashchange", unfoldTarget);
unfoldTarget();
