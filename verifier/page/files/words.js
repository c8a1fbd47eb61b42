// Answers in words, looks and tones. All of them come from spec, through vocabulary.js.

import vocabulary from "./vocabulary.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

export const languages = vocabulary.languages;

export function otherLanguage(language) {
  return languages.find((one) => one !== language);
}

export function phrase(language, name) {
  return vocabulary.phrases[language][name];
}

// Title and advice, also for trouble and for codes of a newer service.
export function answerWords(answer, language) {
  if (answer.trouble) return vocabulary.troubles[language][answer.trouble];
  const known = vocabulary.verdicts[language][answer.code];
  if (known && answer.rule) return { title: known.title, advice: ruleWords(answer.rule, known, language) };
  return known ?? vocabulary.newer_codes[language][answer.outcome];
}

// The rule of the place, and what would help: waiting, or what the holder has to see to. A rule has
// words in the language of the answer alone; in the other one stands what is said of every rule.
function ruleWords(rule, known, language) {
  const [sentence, passes] = vocabulary.rules[language];
  const helps = vocabulary.rule_helps[language][rule.check] ?? "";
  const help = rule.from ? passes.replace("{}", () => momentWords(rule.from)) : helps;
  if (rule.language !== language) return `${known.advice} ${help}`.trim();
  const words = rule.words.replace(/\.$/, "");
  return sentence.split("{}").reduce((said, part, place) => said + [words, help][place - 1] + part).trim();
}

export function headline(answer, language) {
  if (answer.outcome !== "accepted") return answerWords(answer, language).title;
  return vocabulary.colours[language][answer.colour][answer.doses.given];
}

export function lookOf(answer) {
  const looks = vocabulary.looks[answer.outcome];
  return answer.outcome === "accepted" ? looks[answer.colour] : looks[answer.code] ?? looks.any;
}

export function toneOf(answer) {
  const tone = vocabulary.tones[answer.outcome];
  return answer.outcome === "accepted" ? tone[answer.colour] : tone;
}

// An age in the largest sensible unit; below zero the clock must be wrong.
export function ageWords(seconds, language) {
  const [minutes, hours, days, wrong] = vocabulary.ages[language];
  if (seconds < -MINUTE) return wrong;
  if (seconds < HOUR) return put(minutes, Math.max(0, seconds) / MINUTE);
  return seconds < 2 * DAY ? put(hours, seconds / HOUR) : put(days, seconds / DAY);
}

// `2021-08-20`, or as much of it as is known, the way Vietnamese cards print it: `20/08/2021`.
export function dayWords(day) {
  return day.split("-").reverse().join("/");
}

// A moment by the clock on the wall, `24/12/2021 08:30`; midnight is left out.
function momentWords(moment) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [two(moment.getDate()), two(moment.getMonth() + 1), moment.getFullYear()].join("/");
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  return time === "00:00" ? day : `${day} ${time}`;
}

export function maskedId(suffix, language) {
  return suffix === null ? phrase(language, "no_id") : `${vocabulary.mask} ${suffix}`;
}

function put(words, number) {
  return words.replace("{}", Math.floor(number));
}
