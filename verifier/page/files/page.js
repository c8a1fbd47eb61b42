// The page: what comes from camera, picture, clipboard, keyboard and code reader meets the session.

import { Camera } from "./camera.js";
import { findReader } from "./reader.js";
import { Service, troubleAnswer } from "./service.js";
import { Session } from "./session.js";
import { Speaker } from "./tones.js";
import { View } from "./view.js";
import vocabulary from "./vocabulary.js";
import { languages, otherLanguage, toneOf } from "./words.js";

const TICK = 100; // milliseconds between two looks at the clock
const TRUST_EVERY = 60_000; // milliseconds between two questions for the age of the trust data
const KEY = "dosepass.key";

const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const now = () => performance.now() / 1000;

const kept = (name) => attempt(() => localStorage.getItem(name));
const keep = (name, value) => attempt(() => localStorage.setItem(name, value));
const language = languages.find((one) => one === kept("dosepass.language")) ?? root.lang;

const session = new Session(vocabulary.times, vocabulary.prefix);
const service = new Service(attempt(() => sessionStorage.getItem(KEY)) ?? null, language);
const view = new View(language);
const camera = new Camera(byId("video"));
const speaker = new Speaker(kept("dosepass.sound") !== "off");
let reader = null;
let wanted = false; // whether the camera shall run while somebody looks

// A browser may forbid storage; then nothing is remembered.
function attempt(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

// Results

function draw() {
  const at = now();
  session.ticked(at);
  view.draw(session.state, at);
  view.timeLeft(session.state, at);
  view.tickTrust();
}

// Judge the text that the session wants to know about, if there is one.
async function judge(known) {
  const { kind, text } = session.state;
  draw();
  if (kind !== "checking") return;
  settle(text, known ?? (await service.verify(text)));
}

function settle(text, answer) {
  const before = session.state;
  session.answered(text, answer, now());
  if (session.state === before) return;
  view.trust(answer.trust);
  if (answer.trouble === "key_wanted") byId("key-form").hidden = false;
  draw();
  speaker.play(toneOf(answer));
}

function clear() {
  session.cleared();
  draw();
}

// A trouble without a text: it stands on the screen as a result does.
function tell(trouble) {
  session.asked(vocabulary.prefix, now());
  settle(vocabulary.prefix, troubleAnswer(trouble));
}

// Texts: pasted, typed by a code reader, or typed by hand

function take(text) {
  const trimmed = text.replace(/^[\s\uFEFF]+|[\r\n\t]+$/g, "");
  if (!trimmed) return;
  session.asked(trimmed, now());
  judge();
}

function takeTyped(event) {
  event.preventDefault();
  const field = byId("text");
  take(field.value);
  field.value = "";
}

function takePasted(event) {
  if (event.target.closest?.("input:not(#text)")) return;
  const [file] = event.clipboardData.files;
  event.preventDefault();
  if (file) takePicture(file);
  else take(event.clipboardData.getData("text/plain"));
}

// Pictures

async function takePicture(file) {
  if (!file || !reader) return;
  view.prompt = "reading";
  draw();
  const found = await reader.readPicture(file);
  view.prompt = promptOf();
  if (found.trouble) tell(found.trouble);
  else if (found.codes.length === 0) tell("no_code");
  else takeCodes(found.codes, true);
}

function takeCodes(codes, asked = false) {
  const texts = codes.map((code) => code.text);
  const own = codes.filter((code) => code.text.startsWith(vocabulary.prefix));
  const distinct = new Map(own.map((code) => [code.text, code]));
  if (asked && distinct.size === 1) session.asked([...distinct.keys()][0], now());
  else session.saw(texts, now());
  return judge(distinct.get(session.state.text)?.answer);
}

// The camera

function promptOf() {
  if (byId("start").dataset.trouble) return byId("start").dataset.trouble;
  return camera.on ? "show_code" : "ready";
}

async function startCamera(device) {
  wanted = true;
  view.prompt = "starting";
  draw();
  const trouble = await camera.start(device);
  if (trouble) {
    byId("start").dataset.trouble = trouble;
    stopCamera();
    return;
  }
  delete byId("start").dataset.trouble;
  if (!wanted || document.hidden) camera.stop();
  showControls();
  listCameras(await camera.all());
}

function stopCamera() {
  wanted = false;
  camera.stop();
  showControls();
}

function showControls() {
  const possible = reader !== null && navigator.mediaDevices !== undefined;
  byId("start").hidden = byId("camera-privacy").hidden = !possible || camera.stream !== null;
  byId("stop").hidden = camera.stream === null;
  byId("cameras-label").hidden = camera.stream === null || byId("cameras").length < 2;
  root.dataset.camera = camera.stream === null ? "off" : "on";
  view.prompt = promptOf();
  draw();
}

function listCameras(cameras) {
  const options = cameras.map((one, number) => new Option(one.label || number + 1, one.deviceId));
  byId("cameras").replaceChildren(...options);
  byId("cameras").value = camera.device;
  byId("cameras-label").hidden = camera.stream === null || cameras.length < 2;
}

// One frame after the other, never two at once.
async function watch() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, reader?.pause ?? 1000));
    if (!camera.on || document.hidden || session.state.kind === "checking") continue;
    const found = await reader.readFrame(byId("video")).catch(() => ({ codes: [] }));
    if (!camera.on || document.hidden) continue;
    if (!found.trouble) takeCodes(found.codes);
    else if (found.trouble !== "unreadable" && session.state.kind === "looking") tell(found.trouble);
  }
}

// The page itself

function switchLanguage() {
  keep("dosepass.language", otherLanguage(view.language));
  view.speak(otherLanguage(view.language));
  service.language = view.language;
  draw();
}

function switchSound() {
  setSound(!speaker.on);
  keep("dosepass.sound", speaker.on ? "on" : "off");
}

function setSound(on) {
  speaker.on = on;
  byId("sound").setAttribute("aria-pressed", String(on));
}

function useKey(event) {
  event.preventDefault();
  service.key = byId("key").value.trim() || null;
  attempt(() => sessionStorage.setItem(KEY, service.key ?? ""));
  byId("key").value = "";
  byId("key-form").hidden = true;
  clear();
  askForTrust();
}

async function askForTrust() {
  view.trust(document.hidden ? null : await service.trust());
}

// Nothing of a person stays on a page that is hidden or left; the camera's light goes out too.
function hide() {
  session.forget();
  byId("text").value = "";
  draw();
  camera.stop();
}

function comeBack() {
  askForTrust();
  if (wanted && !camera.stream) startCamera(byId("cameras").value);
}

function onKey(event) {
  const inField = event.target.closest?.("input, select");
  if (event.key === "F2") switchLanguage();
  else if (event.key === "F8") switchSound();
  else if (event.key === "Escape") clear();
  else if (session.state.kind === "showing" && event.target === document.body && isPress(event)) clear();
  else return inField || toField(event);
  return event.preventDefault();
}

function isPress(event) {
  return event.key === " " || event.key === "Enter";
}

// A code reader types wherever the focus is: from its first letter on it types into the field.
function toField(event) {
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
  if (plain && event.key.length === 1 && event.key !== " ") byId("text").focus({ preventScroll: true });
}

function onResultButton(event) {
  if (event.target.matches(".next")) clear();
  if (!event.target.matches(".keep")) return;
  const pressed = event.target.getAttribute("aria-pressed") !== "true";
  event.target.setAttribute("aria-pressed", String(pressed));
  session.kept(pressed);
}

function listen() {
  byId("text-form").addEventListener("submit", takeTyped);
  byId("key-form").addEventListener("submit", useKey);
  byId("picture").addEventListener("change", (event) => {
    takePicture(event.target.files[0]);
    event.target.value = "";
  });
  byId("language").addEventListener("click", switchLanguage);
  byId("sound").addEventListener("click", switchSound);
  byId("start").addEventListener("click", () => startCamera());
  byId("stop").addEventListener("click", stopCamera);
  byId("cameras").addEventListener("change", (event) => startCamera(event.target.value));
  document.querySelector(".door").addEventListener("click", onResultButton);
  document.addEventListener("paste", takePasted);
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    takePicture(event.dataTransfer.files[0]);
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("pointerdown", () => speaker.wake());
  document.addEventListener("keydown", () => speaker.wake());
  document.addEventListener("visibilitychange", () => (document.hidden ? hide() : comeBack()));
  window.addEventListener("pagehide", hide);
}

async function begin() {
  view.speak(language);
  setSound(speaker.on);
  listen();
  setInterval(draw, TICK);
  setInterval(askForTrust, TRUST_EVERY);
  askForTrust();
  reader = await findReader(root.dataset.pictures === "on" ? service : null);
  if (!reader) byId("start").dataset.trouble = "no_reader";
  else if (!navigator.mediaDevices) byId("start").dataset.trouble = "insecure";
  byId("picture-form").hidden = reader === null;
  if (reader && root.dataset.pictures === "on") byId("picture").accept += ",application/pdf";
  showControls();
  watch();
  const allowed = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
  if (reader && allowed?.state === "granted") startCamera();
}

begin();
