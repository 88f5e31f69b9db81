// While words are typed, says what there is to say of them: the form is posted to data-look, and what comes back takes
// the place of #look and #look-preview. Without this a button does the same. Variables go where the cursor is.

const form = document.querySelector("form[data-look]");
const PARTS = ["look", "look-preview"];
let timer, asked = 0, since = 400; // milliseconds of rest before the server is asked; longer where it is slow

async function look() {
  const mine = ++asked;
  const began = performance.now();
  try {
    const answer = await fetch(form.dataset.look, {
      method: "POST", body: new URLSearchParams(new FormData(form)), signal: AbortSignal.timeout(20_000),
    });
    if (!answer.ok || mine !== asked) return;
    const html = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    for (const id of PARTS) {
      const [here, there] = [document.getElementById(id), html.getElementById(id)];
      if (here && there && here.innerHTML !== there.innerHTML) here.replaceChildren(...there.childNodes);
    }
  } catch {
    // What is said is then a little older than what is typed; the next stroke asks again.
  } finally {
    since = Math.min(Math.max(400, 3 * (performance.now() - began)), 5_000);
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(look, since);
}

function insert(text) {
  const words = form.querySelector("#body");
  words.setRangeText(text, words.selectionStart, words.selectionEnd, "end");
  words.focus();
  words.dispatchEvent(new Event("input", { bubbles: true }));
}

if (form) {
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
  for (const code of document.querySelectorAll("code[data-insert]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "insert";
    button.title = "Put it where the cursor is";
    code.replaceWith(button);
    button.append(code);
    button.addEventListener("click", () => insert(code.dataset.insert));
  }
}
