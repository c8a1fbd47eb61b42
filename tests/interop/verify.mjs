// A second reader, written from spec/README.md alone: nothing but Node's own modules.
// `node verify.mjs DIRECTORY` judges every test vector there and prints {name: {code, certificate}}.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Refused, decode, envelopeOf, publicKeyOf, require, signatureHolds } from "./cose.mjs";
import { indexOf, statusAt } from "./status.mjs";

// --- Section 3: the text

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

function messageOf(text) {
  require(text.startsWith("DP1:"), "not_a_certificate");
  require([...text].length <= 1024);
  const digits = [...text.slice(4)].map((character) => ALPHABET.indexOf(character));
  require(!digits.includes(-1) && digits.length % 3 !== 1);
  const bytes = [];
  for (let at = 0; at < digits.length; at += 3) {
    const [c, d, e] = digits.slice(at, at + 3);
    const value = c + 45 * d + (e === undefined ? 0 : 2025 * e);
    require(value < (e === undefined ? 256 : 65536));
    if (e !== undefined) bytes.push(value >> 8);
    bytes.push(value & 255);
  }
  return Buffer.from(bytes);
}

// --- Sections 11 to 13: the trust data

function trustOf(trust) {
  const list = decode(Buffer.from(trust.trust_list, "hex"));
  const keys = new Map(list.get(2n).map((labels) => [labels.get(2n).toString("hex"), keyOf(labels)]));
  const index = indexOf(Buffer.from(trust.status.index, "hex"));
  const times = [BigInt(trust.newest_time), list.get(1n), index.issuedAt];
  return {
    newestTime: times.reduce((newest, time) => (time > newest ? time : newest)),
    freshUntil: BigInt(trust.fresh_until),
    keys,
    status: {
      ...index,
      freshUntil: BigInt(trust.status.fresh_until),
      lists: trust.status.lists,
    },
    genuine: trust.genuine,
  };
}

function keyOf(labels) {
  const [issuer, state, signsFrom, signsUntil, verifiesUntil] = [-65537n, -65538n, -65539n, -65540n, -65541n].map(
    (label) => labels.get(label),
  );
  return { ...publicKeyOf(labels), issuer, state, signsFrom, signsUntil, verifiesUntil };
}

// The bytes of a list of the vectors, so that the bits are looked up where section 12.1 has them.
function bitsOf({ fill, others }) {
  const bits = Buffer.alloc(65536, 0b01010101 * fill);
  for (const [index, status] of Object.entries(others)) {
    const shift = 2 * (index % 4);
    const place = Math.floor(index / 4);
    bits[place] = (bits[place] & ~(3 << shift)) | (status << shift);
  }
  return bits;
}

function digestsOf(digests) {
  const bytes = Buffer.alloc(2621440);
  for (const [index, digest] of Object.entries(digests)) bytes.write(digest, 10 * index, "hex");
  return bytes;
}

// --- Section 5: the claims

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

function integer(value, low, high) {
  require(typeof value === "bigint" && value >= low && value <= high);
  return Number(value);
}

function printable(value, most) {
  require(typeof value === "string" && !HIDDEN.test(value));
  require(value !== "" && [...value].length <= most);
  return value;
}

function dayOf(value) {
  const days = integer(value, -719162n, 2932896n);
  return { days, text: new Date(days * 86400000).toISOString().slice(0, 10) };
}

function birthDateOf(value) {
  if (!Array.isArray(value)) return dayOf(value);
  require(value.length === 1 || value.length === 2);
  const year = integer(value[0], 1n, 9999n);
  const month = value.length === 2 ? integer(value[1], 1n, 12n) : null;
  const first = new Date(0);
  first.setUTCFullYear(year, (month ?? 1) - 1, 1);
  const text = String(year).padStart(4, "0") + (month === null ? "" : "-" + String(month).padStart(2, "0"));
  return { days: first.getTime() / 86400000, text };
}

function dosesOf(values) {
  require(Array.isArray(values) && values.length % 2 === 0 && values.length >= 2 && values.length <= 24);
  let days = 0n;
  const doses = [];
  for (let at = 0; at < values.length; at += 2) {
    const vaccine = integer(values[at], 1n, 65535n);
    require(typeof values[at + 1] === "bigint" && (at === 0 || values[at + 1] >= 1n));
    days += values[at + 1];
    doses.push({ vaccine, day: dayOf(days) });
  }
  return doses;
}

function nameOf(value) {
  const name = printable(value, 300).normalize("NFC");
  require([...name].length <= 100 && !name.startsWith(" ") && !name.endsWith(" "));
  return name;
}

function certificateOf(payload) {
  const claims = decode(payload);
  require(claims instanceof Map && [...claims.keys()].every((key) => typeof key === "bigint"));
  require(!claims.has(3n) && !claims.has(5n));
  const issuer = printable(claims.get(1n), 32);
  const [expires, issued] = [4n, 6n].map((key) => integer(claims.get(key), 0n, 253402300799n));
  const facts = claims.get(-65537n);
  require(Array.isArray(facts) && facts.length === 7);
  const suffix = facts[2];
  require(suffix === null || (typeof suffix === "string" && /^[0-9A-Z]{4}$/.test(suffix)));
  const position = integer(facts[6], 0n, 4294967295n);
  return {
    issuer,
    issued_at: issued,
    expires_at: expires,
    name: nameOf(facts[0]),
    birth_date: birthDateOf(facts[1]),
    id_suffix: suffix,
    doses: dosesOf(facts[3]),
    doses_needed: integer(facts[4], 1n, 12n),
    colour: ["yellow", "green"][integer(facts[5], 1n, 2n) - 1],
    status: { position, list: Math.floor(position / 262144), index: position % 262144 },
  };
}

// --- Section 8: the procedure

function read(text, trust, now) {
  const message = envelopeOf(messageOf(text));
  require(now >= trust.newestTime - 300n, "clock_suspect");
  require(now < trust.freshUntil, "trust_stale");
  const key = trust.keys.get(message.header.get(4n).toString("hex"));
  require(key !== undefined, "unknown_key");
  require(message.header.get(1n) === key.algorithm, "algorithm_mismatch");
  require(signatureHolds(key, message), "bad_signature");
  const certificate = certificateOf(message.payload);
  const [issued, expires] = [BigInt(certificate.issued_at), BigInt(certificate.expires_at)];
  if (key.state === 5n) require(isGenuine(trust, message, certificate.status), "key_compromised");
  require(certificate.issuer === key.issuer, "key_not_valid");
  require(key.signsFrom <= issued && issued < key.signsUntil, "key_not_valid");
  require(expires <= key.verifiesUntil, "key_not_valid");
  const { doses } = certificate;
  const colour = doses.length < certificate.doses_needed ? "yellow" : "green";
  require(certificate.colour === colour, "inconsistent");
  require(issued < expires, "inconsistent");
  require(doses[0].day.days >= certificate.birth_date.days, "inconsistent");
  const last = Math.floor((certificate.issued_at + 50400) / 86400);
  require(doses.at(-1).day.days <= last, "inconsistent");
  require(issued <= now + 300n, "not_yet_valid");
  require(now < expires, "expired");
  const code = checkStatus(trust.status, certificate, now);
  const content = {
    ...certificate,
    birth_date: certificate.birth_date.text,
    doses: doses.map(({ vaccine, day }) => ({ vaccine, day: day.text })),
  };
  return { code, certificate: content };
}

function isGenuine({ genuine }, { header, payload }, { list, index }) {
  const digests = genuine[header.get(4n).toString("hex")]?.[list];
  if (digests === undefined) return false;
  const held = digestsOf(digests).subarray(10 * index, 10 * index + 10);
  const digest = createHash("sha256").update(payload).digest().subarray(0, 10);
  return held.equals(digest) && !held.equals(Buffer.alloc(10));
}

function checkStatus(status, { issuer, issued_at: issued, status: { list, index } }, now) {
  require(now < status.freshUntil, "status_stale");
  require(issuer === status.issuer, "status_stale");
  const listed = status.lists[list];
  const value = listed === undefined ? 1 : statusAt(bitsOf(listed), 2, index);
  require(value !== 2, "suspended");
  if (value === 1) require(BigInt(issued) > status.issuedAt - 300n, "revoked");
  return value === 3 ? "superseded" : "ok";
}

function judge(vector) {
  const trust = trustOf(vector.trust);
  try {
    return read(vector.text, trust, BigInt(vector.at));
  } catch (error) {
    if (error instanceof Refused) return { code: error.code, certificate: null };
    throw error;
  }
}

const directory = process.argv[2];
const answers = {};
for (const file of readdirSync(directory).filter((name) => name.endsWith(".json"))) {
  answers[file.slice(0, -5)] = judge(JSON.parse(readFileSync(join(directory, file), "utf8")));
}
console.log(JSON.stringify(answers));
