// Puts states on the page. Text goes in as text only: nothing that was read becomes markup.

import {
  ageWords,
  answerWords,
  dayWords,
  headline,
  lookOf,
  maskedId,
  otherLanguage,
  phrase,
} from "./words.js";
import vocabulary from "./vocabulary.js";

const NOTICEABLE = 0.25; // seconds of checking before the page says so, as in the scanner
const byId = (id) => document.getElementById(id);

export class View {
  constructor(language) {
    this.language = language;
    this.prompt = "ready";
    this.drawn = null;
    this.age = null;
  }

  // Say everything in the page's language.
  speak(language) {
    this.language = language;
    const root = document.documentElement;
    root.lang = language;
    for (const element of document.querySelectorAll("[data-say]")) {
      element.textContent = phrase(language, element.dataset.say);
    }
    byId("language").lang = otherLanguage(language);
    this.drawn = null;
  }

  // Draw a state at a time; what stands already is left alone, so that nothing is said twice.
  draw(state, at) {
    const checking = state.kind === "checking" && at - state.since >= NOTICEABLE;
    const kind = state.kind === "showing" ? "showing" : checking ? "checking" : "looking";
    const drawn = `${kind} ${state.note} ${state.since} ${this.prompt} ${this.language}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const root = document.documentElement;
    root.dataset.state = kind;
    byId("stage").inert = kind === "showing";
    byId("note").textContent = state.note ? vocabulary.notes[this.language][state.note] : "";
    this.sayPrompt(checking ? "checking" : this.prompt);
    if (kind === "showing") this.show(state);
    else this.clear();
  }

  clear() {
    byId("polite").replaceChildren();
    byId("urgent").replaceChildren();
    delete document.documentElement.dataset.look;
  }

  // Keep the time that is left in step with the session.
  timeLeft(state, at) {
    const bar = document.querySelector(".left");
    if (!bar || state.kind !== "showing") return;
    const share = (state.until - at) / (state.until - state.since);
    bar.style.setProperty("--left", Math.max(0, Math.min(1, share)).toFixed(3));
  }

  trust(trust) {
    this.age = trust ?? this.age;
    this.tickTrust();
  }

  tickTrust() {
    if (this.age === null) return;
    const stale = [
      this.sayAge(byId("keys-age"), this.age.keys),
      this.sayAge(byId("status-age"), this.age.status),
    ];
    if (stale.includes(true)) byId("trust").dataset.look = vocabulary.looks.undetermined.any;
    else delete byId("trust").dataset.look;
  }

  sayAge(element, { age, life, since }) {
    const now = Math.floor(age + (performance.now() - since) / 1000);
    const stale = now >= life;
    const words = ageWords(now, this.language);
    const said = stale ? `${words}, ${phrase(this.language, "stale")}` : words;
    if (element.textContent !== said) element.textContent = said;
    return stale;
  }

  sayPrompt(name) {
    const other = otherLanguage(this.language);
    byId("prompt-first").textContent = phrase(this.language, name);
    byId("prompt-second").textContent = phrase(other, name);
    byId("prompt-second").lang = other;
  }

  show({ answer, until, since }) {
    const accepted = answer.outcome === "accepted";
    const result = copyOf(accepted ? "accepted" : "refused");
    const look = lookOf(answer);
    result.querySelector("use").setAttribute("href", `#icon-${look}`);
    this.fill(result, accepted ? acceptedWords : refusedWords, answer);
    result.querySelector(".acts").replaceChildren(this.acts(until - since));
    const [place, empty] = accepted ? ["polite", "urgent"] : ["urgent", "polite"];
    document.documentElement.dataset.look = look;
    byId(empty).replaceChildren();
    byId(place).replaceChildren(result);
    window.scrollTo(0, 0);
  }

  fill(result, wordsOf, answer) {
    const other = otherLanguage(this.language);
    const words = { first: wordsOf(answer, this.language), second: wordsOf(answer, other) };
    for (const element of result.querySelectorAll("[data-fill]")) {
      const isOther = "other" in element.dataset;
      element.textContent = (isOther ? words.second : words.first)[element.dataset.fill];
      if (isOther) element.lang = other;
      element.hidden = element.textContent === "";
    }
  }

  acts(seconds) {
    const acts = copyOf("acts");
    acts.querySelector(".next").textContent = phrase(this.language, "next");
    const keep = acts.querySelector(".keep");
    keep.textContent = phrase(this.language, "keep");
    keep.setAttribute("aria-pressed", String(seconds > vocabulary.times.show));
    return acts;
  }
}

function acceptedWords(answer, language) {
  const { title, advice } = answerWords(answer, language);
  return {
    title: headline(answer, language),
    count: `${answer.doses.given}/${answer.doses.needed}`,
    doses: phrase(language, "doses"),
    name: answer.name,
    born: phrase(language, "born"),
    birth_date: dayWords(answer.birth_date),
    id: phrase(language, "id"),
    id_suffix: maskedId(answer.id_suffix, language),
    last_dose: `${phrase(language, "last_dose")}: ${answer.last.vaccine}`,
    last_day: dayWords(answer.last.date),
    remark: answer.code === "ok" ? "" : `${title}. ${advice}`,
    compare: phrase(language, "compare"),
  };
}

function refusedWords(answer, language) {
  const title = headline(answer, language);
  const [verdict, ...reason] = title.split(" – ");
  return {
    title,
    verdict,
    dash: reason.length ? " – " : "", // heard, and seen as a new line
    reason: reason.join(" – "),
    what_to_do: phrase(language, "what_to_do"),
    advice: answerWords(answer, language).advice,
  };
}

function copyOf(id) {
  return byId(id).content.cloneNode(true);
}
