// Asks the service. Whatever goes wrong becomes an answer with a trouble, and no verdict.

import vocabulary from "./vocabulary.js";

const GIVE_UP = vocabulary.times.give_up * 1000;
const TROUBLE_OF_STATUS = {
  401: "key_wanted",
  403: "key_wanted",
  413: "unreadable",
  415: "unreadable",
  422: "unreadable",
  429: "service_busy",
  503: "service_busy",
};
const REFUSALS_OF_A_PICTURE = new Set([413, 415, 422]);
const LONGEST_PAUSE = 60; // seconds that a busy service can ask for

export class Service {
  constructor(key, language) {
    this.key = key;
    this.language = language;
    this.pausedUntil = 0;
  }

  // Judge one text.
  async verify(text) {
    const body = JSON.stringify({ text, disclose: vocabulary.disclose });
    const told = await this.ask("v1/verify", "application/json", body);
    return told.trouble ? troubleAnswer(told.trouble) : answerOf(told.document);
  }

  // Judge every code in a picture: a list of texts and answers, or a trouble.
  async verifyPicture(picture) {
    const fields = vocabulary.disclose.join(",");
    const told = await this.ask(`v1/verify/image?disclose=${fields}`, picture.type, picture, true);
    if (told.trouble) return { trouble: told.trouble };
    const found = told.document?.found;
    if (!Array.isArray(found)) return { trouble: "service_answer" };
    return { codes: found.map(({ verdict }) => ({ text: nameOf(verdict), answer: answerOf(verdict) })) };
  }

  // The times of the trust data; null while they are not known.
  async trust() {
    const told = await this.ask("readyz");
    return told.trouble ? null : trustOf(told.document);
  }

  // Whether the service has asked for a pause, by the clock of `performance.now()`.
  get paused() {
    return performance.now() < this.pausedUntil;
  }

  async ask(path, type, body, isPicture = false) {
    const headers = { Accept: "application/json", "Accept-Language": this.language };
    if (type) headers["Content-Type"] = type;
    if (this.key) headers.Authorization = `Bearer ${this.key}`;
    const signal = AbortSignal.timeout(GIVE_UP);
    const method = body === undefined ? "GET" : "POST";
    try {
      const response = await fetch(path, { method, headers, body, signal, cache: "no-store" });
      if (response.ok) return { document: await response.json().catch(() => null) };
      this.hear(response);
      return { trouble: troubleOf(response.status, isPicture) };
    } catch (error) {
      return { trouble: error.name === "TimeoutError" ? "no_answer" : "service_unreachable" };
    }
  }

  hear(response) {
    if (response.status !== 429 && response.status !== 503) return;
    const seconds = Number(response.headers.get("Retry-After")) || 2;
    this.pausedUntil = performance.now() + 1000 * Math.min(seconds, LONGEST_PAUSE);
  }
}

export function troubleAnswer(trouble) {
  return { outcome: "undetermined", code: null, trouble };
}

function troubleOf(status, isPicture) {
  if (REFUSALS_OF_A_PICTURE.has(status) && !isPicture) return "service_refused";
  return TROUBLE_OF_STATUS[status] ?? "service_refused";
}

// Take an answer over only if it is whole: nothing half understood may look accepted.
function answerOf(told) {
  try {
    if (told.outcome === "accepted") return { ...negative(told), ...accepted(told) };
    if (told.outcome === "rejected" || told.outcome === "undetermined") return negative(told);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return troubleAnswer("service_answer");
}

function negative(told) {
  const { outcome, code } = told;
  return { outcome, code: String(code), trust: trustOf(told), rule: ruleOf(told) };
}

// The rule of the place that stands against a certificate, in the language of the answer.
function ruleOf({ policy, words: told }) {
  if (!policy) return null;
  const { check, words, passes_from } = policy;
  const from = passes_from === null ? null : new Date(passes_from);
  const whole = typeof words === "string" && !Number.isNaN(from?.getTime());
  return whole ? { check, words, from, language: told.language } : null;
}

function accepted({ code, colour, doses, disclosed }) {
  const { name, birth_date, id_suffix } = disclosed;
  const { vaccine, date } = disclosed.doses.at(-1);
  const title = vocabulary.colours[vocabulary.languages[0]][colour][doses.given];
  const shown = [title, name, birth_date, vaccine, date, vocabulary.accepted.includes(code) && code];
  if (!shown.every((one) => typeof one === "string")) throw new TypeError();
  if (id_suffix !== null && typeof id_suffix !== "string") throw new TypeError();
  if (!Number.isInteger(doses.needed)) throw new TypeError();
  return { colour, doses, name, birth_date, id_suffix, last: { vaccine, date } };
}

// The service keeps the texts that it read in a picture to itself, so that a certificate goes by
// what it says, and refused ones by their reason: two of the same kind in a row are not told apart,
// and what the screen says is true of both.
function nameOf(told) {
  if (told?.code === "not_a_certificate") return "";
  return vocabulary.prefix + JSON.stringify([told?.code, told?.issued_at, told?.disclosed]);
}

// Ages run on by the browser's steady clock, so that a wrong device clock does no harm.
function trustOf(told) {
  if (!told?.trust) return null;
  return { keys: ageOf(told.trust), status: ageOf(told.trust.status) };
}

function ageOf({ issued_at, fresh_until, age_seconds }) {
  const life = (Date.parse(fresh_until) - Date.parse(issued_at)) / 1000;
  return { age: age_seconds, life, since: performance.now() };
}
