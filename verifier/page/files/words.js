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
  return known ?? vocabulary.newer_codes[language][answer.outcome];
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

export function maskedId(suffix, language) {
  return suffix === null ? phrase(language, "no_id") : `${vocabulary.mask} ${suffix}`;
}

function put(words, number) {
  return words.replace("{}", Math.floor(number));
}
