// COSE_Sign1 over deterministic CBOR as section 4 of spec/README.md has it: Node's modules alone.

import { createHash, createPublicKey, verify } from "node:crypto";

export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export function require(condition, code = "malformed") {
  if (!condition) throw new Refused(code);
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

export function decode(data) {
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

export function envelopeOf(data) {
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

export function signatureHolds(key, { shielded, payload, signature }) {
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

// --- Section 4.2: keys and their identifiers

export function publicKeyOf(labels) {
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
  return { algorithm: labels.get(3n), key: createPublicKey({ key: jwk, format: "jwk" }) };
}
