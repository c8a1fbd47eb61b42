// The peer of the service: Node's own HTTP server, a COSE reader of ours, and nothing around them:
// no trust data, times, status, log or metrics. `node node_server.mjs PORT X Y`

import { createPublicKey } from "node:crypto";
import { createServer } from "node:http";

import { Refused, decode, envelopeOf, signatureHolds } from "../tests/interop/cose.mjs";

const [port, x, y] = process.argv.slice(2);
const coordinate = (hex) => Buffer.from(hex, "hex").toString("base64url");
const jwk = { kty: "EC", crv: "P-256", x: coordinate(x), y: coordinate(y) };
const key = { algorithm: -7n, key: createPublicKey({ key: jwk, format: "jwk" }) };

const VALUES = new Int8Array(128).fill(-1);
[..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"].forEach((letter, value) => {
  VALUES[letter.charCodeAt(0)] = value;
});

function bytesOf(text) {
  const bytes = Buffer.allocUnsafe(Math.ceil(((text.length - 4) * 2) / 3));
  let length = 0;
  for (let at = 4; at < text.length; at += 3) {
    const low = VALUES[text.charCodeAt(at)] + 45 * VALUES[text.charCodeAt(at + 1)];
    if (at + 2 < text.length) {
      const value = low + 2025 * VALUES[text.charCodeAt(at + 2)];
      bytes[length++] = value >> 8;
      bytes[length++] = value & 255;
    } else bytes[length++] = low;
  }
  return bytes.subarray(0, length);
}

function judge(text) {
  try {
    const message = envelopeOf(bytesOf(text));
    if (!signatureHolds(key, message)) return { outcome: "rejected", code: "bad_signature" };
    const facts = decode(message.payload).get(-65537n);
    return { outcome: "accepted", code: "ok", doses: facts[3].length / 2 };
  } catch (error) {
    if (error instanceof Refused) return { outcome: "rejected", code: error.code };
    throw error;
  }
}

createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const answer = request.method === "POST" ? judge(JSON.parse(Buffer.concat(pieces)).text) : {};
    const body = JSON.stringify(answer);
    response.writeHead(200, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
    });
    response.end(body);
  });
}).listen(Number(port), "127.0.0.1");
