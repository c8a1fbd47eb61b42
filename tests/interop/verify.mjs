// A second reader, written from spec/README.md alone: nothing but Node's own modules.
// `node verify.mjs DIRECTORY` judges every test vector there and prints {name: {code, certificate}}.

import { createHash, createPublicKey, verify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

function require(condition, code = "malformed") {
  if (!condition) throw new Refused(code);
}

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

// --- Section 4: deterministic CBOR. Maps become Map, integers BigInt.

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Item {
  constructor(data) {
    this.data = data;
    this.at = 0;
  }

  take(length) {
    require(this.at + length <= this.data.length);
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }

  head() {
    const first = this.take(1)[0];
    const low = first & 31;
    require(low < 28);
    if (low < 24) return [first >> 5, BigInt(low)];
    const size = 1 << (low - 24);
    const number = BigInt("0x" + this.take(size).toString("hex"));
    if (first >> 5 < 6) require(number >= (size === 1 ? 24n : 1n << BigInt(4 * size)));
    return [first >> 5, number];
  }

  read(levels = 8) {
    const [major, number] = this.head();
    if (major === 0) return number;
    if (major === 1) return -1n - number;
    if (major === 2) return Buffer.from(this.take(this.length(number)));
    if (major === 3) return this.text(number);
    if (major === 7) {
      require([20n, 21n, 22n].includes(number) && this.data[this.at - 1] < 0xf8);
      return { 20: false, 21: true, 22: null }[number];
    }
    require(major !== 6 && levels > 0);
    const count = this.length(number);
    if (major === 4) return this.array(count, levels - 1);
    return this.map(count, levels - 1);
  }

  length(number) {
    require(number <= BigInt(this.data.length));
    return Number(number);
  }

  text(number) {
    const bytes = this.take(this.length(number));
    try {
      return UTF8.decode(bytes);
    } catch {
      throw new Refused("malformed");
    }
  }

  array(count, levels) {
    const items = [];
    for (let number = 0; number < count; number++) items.push(this.read(levels));
    return items;
  }

  map(count, levels) {
    const entries = new Map();
    let before = null;
    for (let number = 0; number < count; number++) {
      const start = this.at;
      const key = this.read(0);
      require(typeof key === "bigint" || typeof key === "string");
      const spelled = this.data.subarray(start, this.at);
      require(before === null || Buffer.compare(before, spelled) < 0);
      before = spelled;
      entries.set(key, this.read(levels));
    }
    return entries;
  }
}

function decode(data) {
  const item = new Item(data);
  const value = item.read();
  require(item.at === data.length);
  return value;
}

function byteString(bytes) {
  const { length } = bytes;
  const head = length < 24 ? [0x40 + length] : length < 256 ? [0x58, length] : [0x59, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), bytes]);
}

// --- Section 4: the message

function envelopeOf(data) {
  require(data[0] === 0xd2);
  const message = decode(data.subarray(1));
  require(Array.isArray(message) && message.length === 4);
  const [shielded, open, payload, signature] = message;
  require([shielded, payload, signature].every(Buffer.isBuffer));
  require(open instanceof Map && open.size === 0 && signature.length === 64);
  const header = decode(shielded);
  require(header instanceof Map && typeof header.get(1n) === "bigint");
  require(Buffer.isBuffer(header.get(4n)) && header.get(4n).length === 8);
  if (header.has(2n)) {
    const critical = header.get(2n);
    require(Array.isArray(critical) && critical.length > 0);
    require(critical.every((label) => [1n, 2n, 4n].includes(label) && header.has(label)));
  }
  return { shielded, header, payload, signature };
}

function signatureHolds(key, { shielded, payload, signature }) {
  const structure = Buffer.concat([
    Buffer.from([0x84, 0x6a]),
    Buffer.from("Signature1"),
    byteString(shielded),
    Buffer.from([0x40]),
    byteString(payload),
  ]);
  if (key.algorithm === -8n) return verify(null, structure, key.key, signature);
  return verify("sha256", structure, { key: key.key, dsaEncoding: "ieee-p1363" }, signature);
}

// --- Section 11: the trust list

function trustOf({ trust_list: hex, fresh_until: freshUntil }) {
  const list = decode(Buffer.from(hex, "hex"));
  const keys = new Map(list.get(2n).map((labels) => [labels.get(2n).toString("hex"), keyOf(labels)]));
  return { issuedAt: list.get(1n), freshUntil: BigInt(freshUntil), keys };
}

function keyOf(labels) {
  const [issuer, state, signsFrom, signsUntil, verifiesUntil] = [-65537n, -65538n, -65539n, -65540n, -65541n].map(
    (label) => labels.get(label),
  );
  const x = labels.get(-2n);
  const y = labels.get(-3n);
  const elliptic = labels.get(1n) === 2n;
  const parameters = elliptic
    ? ["a401022001", "215820", x.toString("hex"), "225820", y.toString("hex")]
    : ["a301012006", "215820", x.toString("hex")];
  const thumbprint = createHash("sha256").update(Buffer.from(parameters.join(""), "hex")).digest();
  require(thumbprint.subarray(0, 8).equals(labels.get(2n)), "a thumbprint is wrong");
  const jwk = elliptic
    ? { kty: "EC", crv: "P-256", x: x.toString("base64url"), y: y.toString("base64url") }
    : { kty: "OKP", crv: "Ed25519", x: x.toString("base64url") };
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return { algorithm: labels.get(3n), key, issuer, state, signsFrom, signsUntil, verifiesUntil };
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
  require(now >= trust.issuedAt - 300n, "clock_suspect");
  require(now < trust.freshUntil, "trust_stale");
  const key = trust.keys.get(message.header.get(4n).toString("hex"));
  require(key !== undefined, "unknown_key");
  require(message.header.get(1n) === key.algorithm, "algorithm_mismatch");
  require(signatureHolds(key, message), "bad_signature");
  const certificate = certificateOf(message.payload);
  const [issued, expires] = [BigInt(certificate.issued_at), BigInt(certificate.expires_at)];
  require(key.state !== 5n, "key_compromised");
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
  return {
    ...certificate,
    birth_date: certificate.birth_date.text,
    doses: doses.map(({ vaccine, day }) => ({ vaccine, day: day.text })),
  };
}

function judge(vector) {
  const trust = trustOf(vector.trust);
  try {
    return { code: "ok", certificate: read(vector.text, trust, BigInt(vector.at)) };
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
