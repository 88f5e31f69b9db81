// Keeps a page true while it is open. An EventSource of "changed" pings (the URL in data-live) makes it fetch itself
// again and morph <main> and #rail; scroll, focus, half-typed text and open <details> stay, and #flash is never touched.
import { Idiomorph } from "./idiomorph.js";

const words = { off: "", on: "Live", waiting: "Reconnecting…", out: "Signed out: what you typed is kept until you send it" };
const touched = new WeakSet(); // forms with words in them, boxes that were ticked
const sent = new WeakSet(); // forms on their way
let source, state = "off", ended, timer, busy = false, again = false, typing = false;
let gate = 0, pause = 0, patience = 2000; // no refresh before: by its cost, after a failure; the next pause

// --- the page, again: never more often than every 500 ms, or four times what the last one took

function soon() {
  if (busy) again = true;
  else timer ??= setTimeout(refresh, Math.max(gate, pause, performance.now()) - performance.now());
}

async function refresh() {
  timer = undefined;
  if (document.hidden) return;
  busy = true;
  const began = performance.now();
  try {
    const page = await fetch(location.href, {
      headers: { "x-refresh": "1" }, cache: "no-store", signal: AbortSignal.timeout(20_000),
    });
    const html = new DOMParser().parseFromString(await page.text(), "text/html");
    if (page.status === 401 || (page.redirected && html.querySelector("main.door"))) return leave();
    if (page.redirected || page.status === 403 || page.status === 404) return end();
    if (!page.ok) throw new Error(`refresh: ${page.status}`);
    morph(html);
    follow();
  } catch {
    later();
  } finally {
    busy = false;
    const now = performance.now();
    gate = began + Math.max(500, 4 * (now - began));
    if (again) { again = false; soon(); }
  }
}

// Not reachable: say so, and ask again, each time more patiently.
function later() {
  show("waiting");
  pause = performance.now() + patience;
  patience = Math.min(patience * 2, 60_000);
  again = busy;
  if (!busy) soon();
}

function morph(html) {
  const active = document.activeElement;
  const told = [...document.querySelectorAll("[data-tell]")].map((el) => [el, el.textContent]);
  for (const part of ["main", "#rail"]) {
    const [here, there] = [document.querySelector(part), html.querySelector(part)];
    if (here && there) Idiomorph.morph(here, there, {
      ignoreActiveValue: active?.matches("input, select, textarea"), // not of a focused link, nor of <main>
      callbacks: {
        beforeAttributeUpdated: (name, el) => !(name === "open" && el.tagName === "DETAILS"),
        beforeNodeMorphed: (old, fresh) => !keeps(old, fresh),
        beforeNodeRemoved: (old) => !keeps(old),
      },
    });
  }
  if (active?.id && document.activeElement === document.body) document.getElementById(active.id)?.focus({ preventScroll: true });
  document.title = html.title || document.title;
  show(state);
  tell(told.filter(([el, before]) => el.isConnected && el.textContent !== before).map(([el]) => el));
}

// For those who hear the page: what became of a text that stands on it. A whole list would be noise.
function tell(changed) {
  const said = document.querySelector("#said");
  if (said && changed.length > 0 && changed.length < 4) {
    said.textContent = changed.map((el) => `${el.dataset.tell} ${el.textContent}`.trim()).join(". ");
  }
}

// What a refresh must leave as it is: words being typed, a form on its way, a refused form with its errors.
function keeps(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) return false;
  if (old.matches("[data-keep], .summary, form:has([aria-invalid=true])") || sent.has(old)) return true;
  // a ticked box only while it stands for the same thing
  return fresh !== undefined && touched.has(old) && old.getAttribute("value") === fresh.getAttribute?.("value");
}

// --- the pings

function follow() {
  const url = address();
  if (!url || url === ended || document.hidden) return stop();
  if (source?.address === url) {
    if (source.readyState === EventSource.OPEN) connected();
    return;
  }
  source?.close();
  const stream = source = new EventSource(url);
  stream.address = url;
  stream.onopen = () => { connected(); rest(); soon(); }; // whatever changed before it was open
  stream.onmessage = soon;
  stream.addEventListener("changed", soon);
  stream.addEventListener("end", () => { end(); soon(); }); // one last look
  stream.onerror = () => {
    show("waiting");
    if (stream.readyState !== EventSource.CLOSED || stream !== source) return; // the browser connects again itself
    source = undefined;
    later();
  };
}

function address() {
  return document.querySelector("[data-live]")?.dataset.live;
}

function connected() {
  pause = 0;
  patience = 2000;
  show("on");
}

function end() {
  ended = address();
  stop();
}

function stop() {
  source?.close();
  source = undefined;
  again = false;
  show("off");
}

function rest() {
  clearTimeout(timer);
  timer = undefined;
}

// The session is over. Words that are being typed stay: the form carries them over the sign-in.
function leave() {
  end();
  if (typing) show("out");
  else location.reload();
}

function show(next) {
  state = next;
  for (const el of document.querySelectorAll("[data-live-state]")) {
    if (el.textContent !== words[state]) el.textContent = words[state];
    el.dataset.liveState = state;
  }
}

// --- what people do

addEventListener("visibilitychange", () => {
  if (!document.hidden) return follow();
  rest();
  stop();
});

addEventListener("input", ({ target }) => {
  typing ||= target.form?.method === "post";
  touched.add(target.type === "checkbox" ? target : target.form ?? target);
});
addEventListener("reset", ({ target }) => touched.delete(target));

addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (sent.has(form)) return event.preventDefault();
  sent.add(form);
  setTimeout(() => buttons(form, true)); // after the browser has read the form, its button included
  setTimeout(() => release(form), 15_000); // a request that was stopped
});
addEventListener("pageshow", ({ persisted }) => persisted && document.querySelectorAll("form[data-once]").forEach(release));

function release(form) {
  if (sent.delete(form)) buttons(form, false);
}

function buttons(form, disabled) {
  for (const el of form.elements) if (el.type === "submit") el.disabled = disabled;
}

// "12 min ago" goes on being true; after half a day the next refresh names the day.
setInterval(() => {
  for (const el of document.querySelectorAll("[data-ago]")) {
    const minutes = Math.floor((Date.now() - Date.parse(el.closest("time").dateTime)) / 60_000);
    if (minutes < 60) el.textContent = minutes < 1 ? "just now" : `${minutes} min ago`;
    else el.textContent = `${Math.floor(minutes / 60)} h ago`;
  }
}, 20_000);

// What was refused comes back with every word, and is to stay as it is.
if (document.querySelector("#flash [data-tone=refusal], #flash [data-tone=warning]")) {
  for (const form of document.querySelectorAll("main form[method=post]:has(textarea, input:not([type=hidden]))")) touched.add(form);
}

const rail = document.querySelector("#rail");
const here = rail?.querySelector("a[aria-current]");
if (here && here.offsetLeft + here.offsetWidth > rail.clientWidth) rail.scrollLeft = here.offsetLeft - 16;
follow();
