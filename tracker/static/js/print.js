// What is folded up on the screen is read on paper: it opens for the printer, and folds up again after it.
let opened = [];

window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main .section .disclosure:not([open])")];
  for (const one of opened) one.open = true;
});

window.addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
  opened = [];
});
