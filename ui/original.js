// Brings the cited words into sight where the tab 原文 has come to show a place, and the reader back to where she came from.
// Python opens the tab; the text itself is plain HTML.

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
    window.addEventListener("keydown", () => this.remember(), true);
  }

  renew({ open, place }) {
    if (!open) return this.left();
    this.open = true;
    if (place === this.place) return;
    this.place = place;
    clearTimeout(this.waiting);
    if (place) this.find(performance.now() + PATIENCE);
  }

  click(event) {
    if (this.remember()) return;
    if (event.target.closest?.("[data-original=back]")) {
      event.preventDefault();
      tabs().find((tab) => name(tab) === (this.from?.tab ?? name(tabs()[0])))?.click();
    } else if (event.target.closest?.('[role="tab"]')) {
      // The tab's content is as high as before only once it is drawn.
      requestAnimationFrame(() => requestAnimationFrame(() => opened() !== NAME && this.left()));
    }
  }

  // What is done in another tab may open this one: then that is where its reader comes from.
  remember() {
    const tab = opened();
    if (!tab || tab === NAME) return false;
    this.from = { tab, top: main()?.scrollTop ?? 0 };
    return true;
  }

  left() {
    if (!this.open) return;
    this.open = false;
    this.place = undefined;
    clearTimeout(this.waiting);
    this.home(performance.now() + PATIENCE);
  }

  // Python's word may come before the tab it opens is shown.
  home(until) {
    if (this.open) return;
    if (opened() === NAME && performance.now() < until) this.waiting = setTimeout(() => this.home(until), 50);
    else if (this.from?.tab === opened()) main()?.scrollTo({ top: this.from.top });
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

function opened() {
  const tab = tabs().find((one) => one.ariaSelected === "true");
  return tab && name(tab);
}
