// What the keyboard and the buttons inside the page's own HTML do. That HTML is plain: a hundred regions would make thousands
// of widgets. Everything is heard at the document, told to Python as a list of numbered wishes, and shown as Python answers.

const HELP = [
  ["/", "到问题框"], ["j", "下一段"], ["k", "上一段"], ["c", "复制引文和出处"], ["b", "收进资料夹，再按一次移出"], ["o", "看原文"],
  ["?", "这张表"],
];
const MARKS = ["useful", "useless", "wrong-region"];
const TOOLS = document.createElement("template");
TOOLS.innerHTML = `<div class="ps-acts"><details class="ps-near"><summary>前后段</summary><div aria-live="polite"><p class="ps-hint">正在读取…</p></div></details
  ><button type="button" data-act="copy" aria-label="复制引文和出处">复制</button
  ><button type="button" data-act="keep" aria-pressed="false" aria-label="收进资料夹">收进资料夹</button
  ><a data-act="open" aria-label="在文件里看原文">看原文</a
  ><span role="group" aria-label="评价这一段"><button type="button" data-act="useful" aria-pressed="false" aria-label="评价：有用">有用</button
  ><button type="button" data-act="useless" aria-pressed="false" aria-label="评价：无用">无用</button
  ><button type="button" data-act="wrong-region" aria-pressed="false" aria-label="评价：区域不对">区域不对</button></span></div>`;
const LONGEST_TAIL = 12;
const MOST_WORDS = 12;

export default function ({ parentElement, data, setStateValue }) {
  const page = (parentElement.psPage ??= new Page());
  page.tell = setStateValue;
  page.renew(data);
  return () => {
    page.leave();
    delete parentElement.psPage;
  };
}

class Page {
  constructor() {
    this.data = { found: {}, kept: [], marks: {}, notes: {}, words: [], done: 0, question: undefined };
    this.wishes = [];
    this.told = 0;
    this.hears = [
      ["click", (event) => this.click(event)], ["keydown", (event) => this.key(event)], ["toggle", (event) => this.opened(event)],
      ["change", (event) => this.noted(event)], ["input", (event) => this.typed(event)], ["focusin", (event) => this.typed(event)],
    ];
    for (const [name, listener] of this.hears) document.addEventListener(name, listener, true);
    this.watch = new MutationObserver(() => {
      this.drawing ??= requestAnimationFrame(() => { this.drawing = undefined; this.show(); });
    });
    this.watch.observe(document.body, { childList: true, subtree: true });
  }

  leave() {
    for (const [name, listener] of this.hears) document.removeEventListener(name, listener, true);
    this.watch.disconnect();
  }

  renew(data) {
    const before = this.data.question;
    this.data = data;
    this.wishes = this.wishes.filter((wish) => wish.n > data.done);
    // A question asked at the foot of the page is answered at its head.
    if (before !== undefined && before !== data.question) document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
    if (data.told && data.told.n > this.told) {
      this.told = data.told.n;
      this.toast(data.told.text);
    }
    // Dialogs stand outside the application's element, and would not know whether it is dark.
    const stage = document.querySelector(".stApp");
    if (stage) document.documentElement.style.colorScheme = getComputedStyle(stage).colorScheme;
    this.show();
  }

  // What stands on the page, brought in line with what Python knows; while wishes are under way the page is ahead of it.
  show() {
    for (const hit of document.querySelectorAll(".ps-hit[data-ref]:not(:has(> .ps-acts))")) hit.append(tools(hit.dataset.ref));
    for (const details of document.querySelectorAll("details.ps-near[open]")) this.fill(details);
    if (!this.wishes.length) {
      const kept = new Set(this.data.kept);
      for (const hit of document.querySelectorAll(".ps-hit[data-ref]")) {
        press(hit, "keep", kept.has(hit.dataset.ref));
        const said = question(hit) === this.data.question ? this.data.marks[hit.dataset.ref] : hit.dataset.mark;
        for (const mark of MARKS) press(hit, mark, mark === said);
      }
      for (const note of document.querySelectorAll(".ps-kept textarea")) {
        const text = this.data.notes[note.closest(".ps-kept").dataset.item];
        if (text !== undefined && note !== document.activeElement && note.value !== text) note.value = text;
      }
    }
  }

  wish(act, more) {
    const n = Math.max(Date.now(), (this.wishes.at(-1)?.n ?? this.data.done) + 1);
    this.wishes.push({ n, act, ...more });
    this.tell("said", [...this.wishes]);
  }

  // — the mouse ———————————————————————————————————————————————————————————————————————————————————————————————

  click(event) {
    const target = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    if (!target || event.button || (target.tagName === "A" && (event.ctrlKey || event.metaKey || event.shiftKey))) return;
    const act = target.dataset.act;
    if (act === "note") return;
    event.preventDefault();
    if (act === "ask") this.ask();
    else if (act === "put") this.put(target.dataset.text);
    else if (act === "keys") this.help();
    else this.act(act, target.closest("[data-ref]"));
  }

  act(act, hit) {
    if (!hit) return;
    const ref = hit.dataset.ref;
    if (act === "copy") return this.copy(hit);
    if (["drop", "up", "down"].includes(act)) return this.wish(act, { item: Number(hit.dataset.item) });
    if (act === "open") return this.wish("open", { ref });
    const on = !pressed(hit, act);
    press(hit, act, on);
    if (MARKS.includes(act)) {
      for (const other of MARKS) if (other !== act) press(hit, other, false);
      hit.dataset.mark = on ? act : "";
    }
    this.wish(act, { ref, on, question: question(hit) });
  }

  opened(event) {
    const details = event.target;
    if (!(details instanceof HTMLDetailsElement) || !details.matches(".ps-near[open]") || this.fill(details)) return;
    this.tell("wanted", [...document.querySelectorAll("details.ps-near[open]")].map((one) => one.dataset.near));
  }

  fill(details) {
    const found = this.data.found[details.dataset.near];
    const place = details.lastElementChild;
    if (found !== undefined && place.dataset.filled !== "yes") {
      place.innerHTML = found;
      place.dataset.filled = "yes";
    }
    return found !== undefined;
  }

  noted(event) {
    const kept = event.target.matches?.(".ps-kept textarea") && event.target.closest(".ps-kept");
    if (kept) this.wish("note", { item: Number(kept.dataset.item), text: event.target.value });
  }

  // — the keyboard ————————————————————————————————————————————————————————————————————————————————————————————

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const dialog = document.querySelector('[role="dialog"], dialog[open]');
    if (dialog) {
      // What had the focus may be gone (an item taken out, a file just handed on): the dialog itself would hear nothing.
      if (event.key === "Escape" && document.activeElement === document.body) dialog.querySelector('[aria-label="Close"]')?.click();
      return;
    }
    const does = {
      "/": () => [this.box()].forEach((box) => (box?.focus(), box?.select())),
      j: () => this.step(1),
      k: () => this.step(-1),
      c: () => this.act("copy", current()),
      b: () => this.act("keep", current()),
      o: () => this.act("open", current()),
      "?": () => this.help(),
    }[event.key];
    if (!does) return;
    // Streamlit has uses of its own for some of these keys.
    event.preventDefault();
    event.stopImmediatePropagation();
    does();
  }

  step(by) {
    const hits = [...document.querySelectorAll(".ps-hit[data-ref]")].filter((hit) => hit.checkVisibility());
    const here = hits.indexOf(current());
    const below = hits.findIndex((hit) => hit.getBoundingClientRect().top > 60);
    const next = here >= 0 ? here + by : by > 0 ? below : (below < 0 ? hits.length : below) - 1;
    const hit = hits[Math.min(Math.max(next, 0), hits.length - 1)];
    hit?.focus({ preventScroll: true });
    hit?.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  help() {
    const sheet = document.createElement("dialog");
    sheet.className = "ps-keys";
    sheet.lang = "zh-CN";
    sheet.setAttribute("aria-label", "快捷键");
    const rows = HELP.map(([key, does]) => `<dt><kbd>${key}</kbd></dt><dd>${does}</dd>`).join("");
    sheet.innerHTML = `<h2>快捷键</h2><dl>${rows}</dl><form method="dialog"><button>关闭</button></form>`;
    sheet.addEventListener("close", () => sheet.remove());
    sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
    stage().append(sheet);
    sheet.showModal();
  }

  // — the box —————————————————————————————————————————————————————————————————————————————————————————————————

  box() {
    return [...document.querySelectorAll(".st-key-ask input")].find((input) => input.checkVisibility());
  }

  // Leaving the box commits what stands in it; what stands there already is asked anew.
  ask() {
    const box = this.box();
    if (!box) return;
    if (box.value === this.data.asked) return box.value.trim() ? this.wish("ask", {}) : box.focus();
    box.focus();
    box.blur();
  }

  put(text) {
    const box = this.box();
    if (!box) return;
    write(box, box.value + text);
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }

  // The browser's own list under the box: what completes the last words, or, of an empty box, whole questions.
  typed(event) {
    const box = event.target;
    if (event.isComposing || !box.matches?.(".st-key-ask input")) return;
    const list = this.list();
    if (box.getAttribute("list") !== list.id) box.setAttribute("list", list.id);
    list.replaceChildren(...this.completed(box.value).map((value) => Object.assign(document.createElement("option"), { value })));
  }

  completed(value) {
    const text = value.trimEnd();
    if (!text) return this.data.questions ?? [];
    for (let length = Math.min(LONGEST_TAIL, text.length); length >= (text.length > 1 ? 2 : 1); length--) {
      const tail = text.slice(-length);
      const found = this.data.words.filter((word) => word.startsWith(tail) && word !== tail);
      if (found.length) return found.slice(0, MOST_WORDS).map((word) => text.slice(0, -length) + word);
    }
    return [];
  }

  list() {
    let list = document.getElementById("ps-words");
    if (!list) {
      list = Object.assign(document.createElement("datalist"), { id: "ps-words" });
      stage().append(list);
    }
    return list;
  }

  // — copying —————————————————————————————————————————————————————————————————————————————————————————————————

  async copy(hit) {
    const text = `${hit.querySelector("blockquote").textContent.trim()}\n——${hit.querySelector("cite").textContent.trim()}`;
    this.toast((await written(text)) ? "已复制引文和出处" : "没有复制成功，请选中文字后按 Ctrl+C");
  }

  toast(text) {
    document.querySelector(".ps-toast")?.remove();
    const toast = Object.assign(document.createElement("div"), { className: "ps-toast", textContent: text, lang: "zh-CN" });
    toast.setAttribute("role", "status");
    stage().append(toast);
    setTimeout(() => toast.remove(), 1600 + 60 * text.length);
  }
}

// What floats lies in the open dialog, if one is open: behind it nothing would be seen.
function stage() {
  return document.querySelector('[data-testid="stDialog"]') ?? document.querySelector(".stApp") ?? document.body;
}

function tools(ref) {
  const row = TOOLS.content.cloneNode(true);
  const [document_, start, end] = ref.split(":");
  row.querySelector("details").dataset.near = ref;
  row.querySelector("a").href = `?${new URLSearchParams({ doc: document_, from: start, to: end })}`;
  return row;
}

function question(hit) {
  return hit.closest("[data-question]")?.dataset.question ?? "";
}

function current() {
  return document.activeElement?.closest?.(".ps-hit[data-ref]") ?? null;
}

function pressed(hit, act) {
  return hit.querySelector(`[data-act="${act}"]`)?.getAttribute("aria-pressed") === "true";
}

function press(hit, act, on) {
  const button = hit.querySelector(`[data-act="${act}"]`);
  if (button && button.getAttribute("aria-pressed") !== String(on)) button.setAttribute("aria-pressed", String(on));
}

function typing(target) {
  return target instanceof Element && (target.matches("input, textarea, select, [role=combobox]") || target.isContentEditable);
}

// The box belongs to React, which must hear of the change as if it had been typed.
function write(box, text) {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

async function written(text) {
  // Over plain http to another machine of the office there is no clipboard but the old one.
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused: the old way may still be allowed.
    }
  }
  const area = Object.assign(document.createElement("textarea"), { value: text });
  area.style.cssText = "position: fixed; opacity: 0";
  const back = document.activeElement;
  stage().append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  back?.focus?.({ preventScroll: true });
  return done;
}
