// The form of a finding: only the stars that fit the chosen place. Without this script every star is shown.
import { onPage } from "./words.js";

function fit(frame, kind) {
  const groups = [...frame.querySelectorAll("[data-star-kind]")];
  const wanted = groups.some((group) => group.dataset.starKind === kind) ? kind : (groups[0]?.dataset.starKind ?? "");
  for (const group of groups) {
    const chosen = group.querySelector("input:checked");
    group.hidden = group.dataset.starKind !== wanted && !(chosen && !kind);
    if (group.hidden && chosen) chosen.checked = false;
  }
}

onPage((root) => {
  for (const form of root.querySelectorAll("form[data-finding]:not([data-finding-ready])")) {
    form.dataset.findingReady = "";
    const frame = form.querySelector("[data-stars]");
    const place = form.querySelector("input[name=location_id]");
    if (!frame || !place) continue;
    fit(frame, frame.dataset.kind);
    place.addEventListener("change", () => fit(frame, place.dataset.kind ?? ""));
  }
});
