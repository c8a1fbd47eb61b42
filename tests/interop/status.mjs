// A reader of status list tokens, written from draft-ietf-oauth-status-list and section 12 of
// spec/README.md alone: nothing but Node's own modules.
// `node status.mjs judge DIRECTORY` reads every vector of tokens and indexes there and prints
// {name: content or null}; `node status.mjs look-up TOKEN KEYS ISSUER LIST` takes a token from a
// file, the COSE_KeySet from another, a JSON array of indices from stdin, and prints the statuses.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inflateSync } from "node:zlib";

import { Refused, decode, envelopeOf, publicKeyOf, require, signatureHolds } from "./cose.mjs";

const LIST_SIZE = 262144;
const LAST_TIME = 253402300799n;

// The draft, section 4.1: the positions of a byte count from its least significant bit.
export function statusAt(bits, width, index) {
  const perByte = 8 / width;
  return (bits[Math.floor(index / perByte)] >> (width * (index % perByte))) & ((1 << width) - 1);
}

// --- Section 12.2: the token

function subjectOf(issuer, list) {
  const encoded = encodeURIComponent(issuer).replace(
    /[!'()*]/g,
    (character) => "%" + character.charCodeAt(0).toString(16).toUpperCase(),
  );
  return `dosepass:${encoded}/status/${list}`;
}

function inflated(data) {
  let result;
  try {
    result = inflateSync(data, { maxOutputLength: LIST_SIZE / 4, info: true });
  } catch {
    throw new Refused("malformed");
  }
  require(result.engine.bytesWritten === data.length && result.buffer.length === LIST_SIZE / 4);
  return result.buffer;
}

function seconds(value, least) {
  require(typeof value === "bigint" && value >= least && value <= LAST_TIME);
  return Number(value);
}

export function tokenOf(data, keys, issuer, list) {
  const message = envelopeOf(data);
  require(message.header.get(16n) === "application/statuslist+cwt");
  const labels = decode(keys).find((key) => key.get(2n).equals(message.header.get(4n)));
  require(labels !== undefined, "unknown_key");
  const key = publicKeyOf(labels);
  require(key.algorithm === message.header.get(1n), "algorithm_mismatch");
  require(signatureHolds(key, message), "bad_signature");
  const claims = decode(message.payload);
  require(claims instanceof Map);
  require(claims.get(2n) === subjectOf(issuer, list));
  const carried = claims.get(65533n);
  require(carried instanceof Map && carried.get("bits") === 2n && Buffer.isBuffer(carried.get("lst")));
  return {
    subject: claims.get(2n),
    issued_at: seconds(claims.get(6n), 0n),
    expires_at: seconds(claims.get(4n), 0n),
    time_to_live: seconds(claims.get(65534n), 1n),
    bits: inflated(carried.get("lst")),
  };
}

// --- Section 12.3: the index

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

export function indexOf(data) {
  const index = decode(data);
  require(index instanceof Map);
  const [issuedAt, issuer, lists] = [1n, 2n, 3n].map((label) => index.get(label));
  seconds(issuedAt, 0n);
  require(typeof issuer === "string" && issuer !== "" && [...issuer].length <= 32);
  require(!HIDDEN.test(issuer) && Array.isArray(lists) && lists.length <= 16384);
  for (const counts of lists) {
    require(Array.isArray(counts) && counts.length === 2);
    const [assigned, revoked] = counts;
    require(typeof assigned === "bigint" && typeof revoked === "bigint");
    require(0n <= revoked && revoked <= assigned && assigned <= BigInt(LIST_SIZE));
  }
  return { issuedAt, issuer, counts: lists.map((counts) => counts.map(Number)) };
}

// --- The commands

function contentOf(vector) {
  if (vector.index !== undefined) {
    const { issuedAt, issuer, counts } = indexOf(Buffer.from(vector.index, "hex"));
    return { issued_at: Number(issuedAt), issuer, lists: counts };
  }
  const [token, keys] = [vector.token, vector.keys].map((hex) => Buffer.from(hex, "hex"));
  const { bits, ...content } = tokenOf(token, keys, vector.issuer, vector.list);
  return { ...content, statuses: countsOf(bits) };
}

// Where each value stands, at most four places of it, and how often.
function countsOf(bits) {
  const found = [0, 1, 2, 3].map(() => ({ count: 0, first: [] }));
  for (let index = 0; index < LIST_SIZE; index++) {
    const entry = found[statusAt(bits, 2, index)];
    if (entry.count++ < 4) entry.first.push(index);
  }
  return found;
}

function judge(directory) {
  const answers = {};
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".json"))) {
    try {
      answers[file.slice(0, -5)] = contentOf(JSON.parse(readFileSync(join(directory, file), "utf8")));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answers[file.slice(0, -5)] = null;
    }
  }
  return answers;
}

function lookUp(token, keys, issuer, list) {
  const { bits } = tokenOf(readFileSync(token), readFileSync(keys), issuer, Number(list));
  return JSON.parse(readFileSync(0, "utf8")).map((index) => statusAt(bits, 2, index));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [command, ...rest] = process.argv.slice(2);
  console.log(JSON.stringify(command === "judge" ? judge(...rest) : lookUp(...rest)));
}
