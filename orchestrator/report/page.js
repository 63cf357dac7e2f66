// Opens the cell that the address names, and filters cells by their result.
"use strict";
function openNamed() {
  const cell = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (cell && cell.tagName === "DETAILS") {
    cell.open = true;
    cell.scrollIntoView();
  }
}
addEventListener("hashchange", openNamed);
addEventListener("load", openNamed);
for (const button of document.querySelectorAll(".filters button")) {
  button.addEventListener("click", () => {
    for (const other of document.querySelectorAll(".filters button")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    for (const cell of document.querySelectorAll("details.cell")) {
      cell.hidden = button.value !== "" && cell.dataset.result !== button.value;
    }
  });
}
