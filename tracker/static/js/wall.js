// The wall of a meeting room: fetches itself anew each minute, and says so when it cannot.
const MINUTE = 60_000;
const wall = document.querySelector("[data-wall]");
const said = document.querySelector("[data-wall-said]");
const full = document.querySelector("[data-wall-full]");
let shownAt = new Date();

async function renew() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-wall]");
    if (!answer.ok || !fresh) throw new Error(String(answer.status));
    wall.replaceChildren(...fresh.childNodes);
    shownAt = new Date();
    said.textContent = "";
  } catch {
    const time = shownAt.toTimeString().slice(0, 5);
    said.textContent = said.dataset.lost.replace("{time}", time);
  }
}

if (document.fullscreenEnabled) {
  full.hidden = false;
  full.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  });
}
setInterval(renew, MINUTE);
