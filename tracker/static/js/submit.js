// Sends a form once, when it is ready; after a second says so; shows how far an upload has come. What somebody typed or
// photographed is sent in the background: where the network fails, the page stays, and everything on it.
import { make, word } from "./words.js";

const PATIENCE_MS = 1000;
const DOWNLOAD_MS = 4000; // by then a file has come, or another page
const WORTH_A_BAR = 300 * 1024;
const NO_SIGN_MS = 90000; // after so long without a sign the network counts as gone
const NOT_OURS = [502, 504]; // answers of what stands before the server: it has not been reached
const place = () => location.pathname + location.search;
let shown = place();

function progressOf(form, words = word("sending")) {
  let line = form.querySelector(".submit-progress");
  if (!line) {
    const bar = make("progress", { max: 100, "aria-label": words });
    line = make("div", { className: "progress submit-progress", role: "status" }, bar,
      make("span", { className: "progress-word", textContent: words }));
    (form.querySelector(".submit-row") ?? form).append(line);
  }
  return line;
}

function free(form) {
  delete form.dataset.sending;
  form.querySelector(".submit-progress")?.remove();
  for (const button of document.querySelectorAll("button[type=submit][aria-disabled]")) button.removeAttribute("aria-disabled");
}

function sendWhenReady(form, submitter) {
  form.dataset.sending = "";
  submitter?.setAttribute("aria-disabled", "true");
  progressOf(form, word("preparing"));
  form.addEventListener("form:ready", () => {
    free(form);
    if (form.getClientRects().length) form.requestSubmit(submitter); // not when its window was closed meanwhile
  }, { once: true });
}

const weight = (form) => [...form.querySelectorAll("input[type=file]")]
  .flatMap((input) => [...input.files]).reduce((sum, file) => sum + file.size, 0);

const stays = (form) => !("download" in form.dataset) && ("draft" in form.dataset || weight(form) > 0);
const named = (one) => (one.getAttribute("href") ?? one.getAttribute("src"))?.split("?")[0];

/** Bring in the styles and scripts of the answer's page that this one has not. */
function dress(head) {
  const wanted = "link[rel=stylesheet], script[src]";
  const known = new Set([...document.head.querySelectorAll(wanted)].map(named));
  for (const one of head.querySelectorAll(wanted)) {
    if (known.has(named(one))) continue;
    const fresh = document.createElement(one.localName); // a script runs only where it was made here
    for (const { name, value } of one.attributes) fresh.setAttribute(name, value);
    document.head.append(fresh);
  }
}

/** Put the answer's page in place of this one; where it leads on, that is the address. */
function replace(html, address, sent) {
  const page = new DOMParser().parseFromString(html, "text/html");
  if (address !== sent && address !== location.href) history.pushState(null, "", address);
  shown = place();
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  dress(page.head);
  document.body.replaceWith(document.adoptNode(page.body));
  scrollTo(0, 0);
  document.getElementById("content")?.focus({ preventScroll: true }); // a screen reader begins to read there, as of any new page
  document.dispatchEvent(new Event("page:replaced"));
}

function failed(form) {
  free(form);
  form.querySelector(".send-failed")?.remove();
  const note = make("p", { className: "field-error send-failed", role: "alert", textContent: word("sendFailed") });
  (form.querySelector(".submit-row") ?? form).before(note);
  note.scrollIntoView({ block: "center" });
}

function upload(form, submitter) {
  const body = new FormData(form, submitter);
  const line = weight(form) > WORTH_A_BAR ? progressOf(form) : null;
  const request = new XMLHttpRequest();
  let gone;
  const alive = () => {
    clearTimeout(gone);
    gone = setTimeout(() => request.abort(), NO_SIGN_MS);
  };
  const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
  request.open("POST", address);
  request.setRequestHeader("Accept", "text/html");
  request.upload.addEventListener("progress", (event) => {
    alive();
    if (!line || !event.lengthComputable) return;
    const percent = Math.floor((event.loaded / event.total) * 100);
    line.querySelector("progress").value = percent;
    line.querySelector(".progress-word").textContent = percent < 100 ? word("uploading", { percent: `${percent}%` }) : word("sending");
  });
  request.addEventListener("loadend", () => {
    clearTimeout(gone);
    if (!request.status || NOT_OURS.includes(request.status)) failed(form);
    else replace(request.responseText, request.responseURL, new URL(address, location.href).href);
  });
  alive();
  request.send(body);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if ("sending" in form.dataset) {
    event.preventDefault();
    return;
  }
  if ("busy" in form.dataset) {
    event.preventDefault();
    sendWhenReady(form, event.submitter);
    return;
  }
  form.dataset.sending = "";
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => "sending" in form.dataset && progressOf(form), PATIENCE_MS);
  if (stays(form)) {
    event.preventDefault();
    upload(form, event.submitter);
    return;
  }
  if ("download" in form.dataset) setTimeout(() => free(form), DOWNLOAD_MS); // the page stays when a file comes
});

// Going back over a page that was put in place loads the other one; a mere #fragment does not.
addEventListener("popstate", () => place() !== shown && location.reload());
addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll("form[data-sending]").forEach(free));
