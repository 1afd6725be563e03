// Photos: a preview of each, made smaller before sending, removable. Without this script the field sends files as they are.
import { holdBack } from "./ready.js";
import { icon, make, onPage, size, word } from "./words.js";

const LONGEST = 2000;
const QUALITY = 0.85;
const SMALL_ENOUGH = 600 * 1024;

/** Return the picture as a JPEG no longer than LONGEST pixels, upright as taken; the file itself if that gains nothing. */
async function smaller(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size <= SMALL_ENOUGH) return file;
  const canvas = make("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob || blob.size >= file.size) return file;
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
}

class Photos {
  constructor(frame) {
    this.input = frame.querySelector("input[type=file]");
    this.list = frame.querySelector("[data-photos-list]");
    this.status = frame.querySelector("[data-photos-status]");
    this.limit = this.input.multiple ? Number(frame.dataset.limit || 20) : 1;
    this.files = [];
    this.turn = Promise.resolve();
    this.pick(frame);
    this.input.addEventListener("change", () => this.take([...this.input.files]));
  }

  /** Put a button as large as a thumb, in the page's language, in place of the browser's own. */
  pick(frame) {
    const photos = this.input.accept.includes("image/") && !this.input.accept.includes("pdf");
    const words = word(photos ? "pickPhotos" : "pickFiles");
    this.input.after(make("label", { className: "button", htmlFor: this.input.id }, icon(photos ? "camera" : "file"), words));
    frame.classList.add("picked-by-label");
  }

  /** Add what was chosen after what was chosen before, which may still be made smaller; the form waits meanwhile. */
  take(chosen) {
    const release = holdBack(this.input.form);
    this.status.textContent = word("preparing");
    this.turn = this.turn.then(() => this.add(chosen)).finally(release);
  }

  async add(chosen) {
    const before = this.input.multiple ? this.files : [];
    const known = new Set(before.map((entry) => entry.key));
    const fresh = chosen.filter((file) => !known.has(`${file.name}/${file.lastModified}`));
    const entries = [];
    for (const file of fresh.slice(0, this.limit - before.length)) {
      entries.push({ key: `${file.name}/${file.lastModified}`, file: await smaller(file) });
    }
    this.files = [...before, ...entries];
    this.show(before.length + fresh.length > this.limit);
  }

  show(tooMany) {
    const basket = new DataTransfer();
    for (const { file } of this.files) basket.items.add(file);
    this.input.files = basket.files;
    for (const old of this.list.querySelectorAll("img")) URL.revokeObjectURL(old.src);
    this.list.replaceChildren(...this.files.map((entry, index) => this.item(entry, index)));
    this.list.hidden = this.files.length === 0;
    const total = this.files.reduce((sum, { file }) => sum + file.size, 0);
    const words = this.files.length ? word("chosen", { n: this.files.length, size: size(total) }) : "";
    this.status.textContent = tooMany ? `${words} ${word("tooMany", { n: this.limit })}` : words;
  }

  item({ file }, index) {
    const look = file.type.startsWith("image/")
      ? make("img", { src: URL.createObjectURL(file), alt: "" })
      : make("span", { className: "photo-icon" }, icon("file"));
    const remove = make("button", { type: "button", className: "button" }, icon("trash"), word("remove"));
    remove.append(make("span", { className: "visually-hidden", textContent: file.name }));
    remove.addEventListener("click", () => {
      this.files.splice(index, 1);
      this.show(false);
      (this.list.querySelectorAll("button")[Math.min(index, this.files.length - 1)] ?? this.input).focus();
    });
    const caption = make("span", { className: "photo-caption", textContent: `${file.name} · ${size(file.size)}` });
    return make("li", { className: "photo-item" }, look, caption, remove);
  }
}

onPage((root) => {
  if (typeof DataTransfer === "undefined" || typeof createImageBitmap === "undefined") return;
  for (const frame of root.querySelectorAll("[data-photos]:not([data-ready])")) {
    frame.dataset.ready = "";
    new Photos(frame);
  }
});
