// The page of a file in the making: asks how far it is, and opens the page again when it has come.
import { onPage } from "./words.js";

const POLL_MS = 1000;

onPage((root) => {
  for (const box of root.querySelectorAll("[data-export]")) {
    const bar = box.querySelector("progress");
    const line = box.querySelector("[data-export-words]");
    const ask = async () => {
      try {
        const answer = await (await fetch(box.dataset.export, { headers: { Accept: "application/json" } })).json();
        if (!answer.going) {
          location.reload();
          return;
        }
        if (line.textContent !== answer.words) line.textContent = answer.words;
        if (answer.total) {
          bar.max = answer.total;
          bar.value = Math.min(answer.done, answer.total);
        }
      } catch {
        // The network is away for a moment; the next question may get through.
      }
      if (box.isConnected) setTimeout(ask, POLL_MS);
    };
    setTimeout(ask, POLL_MS);
  }
});
