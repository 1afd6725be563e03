// Sends a form once, when it is ready; after a second says so; shows how far an upload has come.
import { make, word } from "./words.js";

const PATIENCE_MS = 1000;
const DOWNLOAD_MS = 4000; // by then a file has come, or another page
const WORTH_A_BAR = 300 * 1024;
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

/** Put the answer's page in place of this one, as the browser would have done. */
function replace(html, address) {
  const page = new DOMParser().parseFromString(html, "text/html");
  if (address !== location.href) history.pushState(null, "", address);
  shown = place();
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.body.replaceWith(document.adoptNode(page.body));
  scrollTo(0, 0);
  document.dispatchEvent(new Event("page:replaced"));
}

function upload(form, submitter) {
  const body = new FormData(form, submitter);
  const line = progressOf(form);
  const request = new XMLHttpRequest();
  request.open("POST", submitter?.getAttribute("formaction") ?? form.action);
  request.setRequestHeader("Accept", "text/html");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    const percent = Math.floor((event.loaded / event.total) * 100);
    line.querySelector("progress").value = percent;
    line.querySelector(".progress-word").textContent = percent < 100 ? word("uploading", { percent: `${percent}%` }) : word("sending");
  });
  request.addEventListener("load", () => replace(request.responseText, request.responseURL));
  request.addEventListener("error", () => {
    free(form);
    form.querySelector(".send-failed")?.remove();
    const note = make("p", { className: "field-error send-failed", role: "alert", textContent: word("sendFailed") });
    (form.querySelector(".submit-row") ?? form).before(note);
  });
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
  if (weight(form) > WORTH_A_BAR) {
    event.preventDefault();
    upload(form, event.submitter);
    return;
  }
  setTimeout(() => "sending" in form.dataset && progressOf(form), PATIENCE_MS);
  if ("download" in form.dataset) setTimeout(() => free(form), DOWNLOAD_MS); // the page stays when a file comes
});

// Going back over a page that was put in place loads the other one; a mere #fragment does not.
addEventListener("popstate", () => place() !== shown && location.reload());
addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll("form[data-sending]").forEach(free));
