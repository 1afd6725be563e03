// Keeps a form from being sent before its files are ready; submit.js sends it then.

/** Let nobody send `form` until the function returned is called, which says "form:ready" when it was the last. */
export function holdBack(form) {
  if (!form) return () => {};
  form.dataset.busy = Number(form.dataset.busy ?? 0) + 1;
  return () => {
    form.dataset.busy -= 1;
    if (form.dataset.busy !== "0") return;
    delete form.dataset.busy;
    form.dispatchEvent(new Event("form:ready"));
  };
}
