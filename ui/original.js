// Opens the tab 原文 where the address has come to name a place, brings the cited words into sight, and goes back to where
// the reader came from. The text itself is plain HTML.

const NAME = "原文";
const PATIENCE = 20000;
const NARROW = 768;

// One for the page: Streamlit may mount the component anew, and that is no other place.
export default function ({ data }) {
  (window.psOriginal ??= new View()).renew(data);
}

class View {
  constructor() {
    window.addEventListener("click", (event) => this.click(event), true);
    window.addEventListener("popstate", () => { this.popped = true; }, true);
  }

  renew({ place }) {
    if (place === this.place) return;
    const began = this.place === undefined;
    const popped = this.popped;
    this.place = place;
    this.popped = false;
    clearTimeout(this.waiting);
    if (!place) return popped && this.back();
    if (!began) this.open();
    this.find(performance.now() + PATIENCE);
  }

  open() {
    const from = tabs().find((tab) => tab.ariaSelected === "true");
    if (!from || name(from) === NAME) return;
    this.from = { tab: name(from), top: main()?.scrollTop ?? 0 };
    select(NAME);
  }

  back() {
    if (!tabs().some((tab) => name(tab) === NAME && tab.ariaSelected === "true")) return;
    const { tab, top } = this.from ?? { tab: name(tabs()[0]), top: 0 };
    select(tab);
    // The tab's content is as high as before only once it is drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => main()?.scrollTo({ top })));
  }

  click(event) {
    this.popped = false;
    if (event.target.closest?.("[data-original=back]")) {
      event.preventDefault();
      this.back();
    }
  }

  // What Python has sent may not be drawn yet.
  find(until) {
    const view = document.querySelector(`.ps-original[data-place="${CSS.escape(this.place)}"]`);
    const drawn = view?.checkVisibility() && [...view.querySelectorAll("img")].every((image) => image.complete);
    if (!drawn) {
      if (performance.now() < until) this.waiting = setTimeout(() => this.find(until), 50);
      return;
    }
    const contents = view.querySelector(".ps-contents");
    if (contents && innerWidth > NARROW) contents.open = true;
    const cited = view.querySelector("#cited");
    if (cited) cited.scrollIntoView({ block: cited.getBoundingClientRect().height > innerHeight / 2 ? "start" : "center", inline: "nearest" });
    else main()?.scrollTo({ top: 0 });
  }
}

function main() {
  return document.querySelector('[data-testid="stMain"]');
}

function tabs() {
  return [...document.querySelectorAll('[data-testid="stTabs"] [role="tab"]')];
}

function name(tab) {
  return tab.textContent.trim();
}

function select(wanted) {
  tabs().find((tab) => name(tab) === wanted)?.click();
}
