/** SHA-256 as FIPS 180-4 has it, for pages that have no `crypto.subtle`: plain http beyond localhost. */

const PRIMES = Array.from(primes(64));
const ROUND = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

/**
 * @param {Uint8Array} bytes
 * @returns {string} in hexadecimal
 */
export function sha256(bytes) {
  const hash = Uint32Array.from(START);
  const words = new Uint32Array(64);
  const whole = bytes.length - (bytes.length % 64);
  mix(hash, words, bytes, whole);
  const rest = bytes.subarray(whole);
  const last = new Uint8Array(rest.length < 56 ? 64 : 128);
  last.set(rest);
  last[rest.length] = 0x80;
  const tail = new DataView(last.buffer, last.length - 8);
  tail.setUint32(0, Math.floor(bytes.length / 0x20000000));
  tail.setUint32(4, (bytes.length << 3) >>> 0);
  mix(hash, words, last, last.length);
  return toHex(hash);
}

/**
 * The browser's own SHA-256 where it has one, else ours.
 * @param {{ subtle?: Pick<SubtleCrypto, 'digest'> }|undefined} crypto
 * @returns {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>}
 */
export function createHash(crypto) {
  return async (bytes) => {
    if (!crypto?.subtle) return sha256(bytes);
    try {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    } catch {
      return sha256(bytes);
    }
  };
}

/**
 * @param {Uint32Array} hash
 * @param {Uint32Array} w room for the words of a block
 * @param {Uint8Array} bytes
 * @param {number} length of whole blocks
 */
function mix(hash, w, bytes, length) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (/** @type {number} */ index) => w[index] ?? 0;
  for (let start = 0; start < length; start += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getUint32(start + i * 4);
    for (let i = 16; i < 64; i += 1) {
      const [early, late] = [at(i - 15), at(i - 2)];
      const s0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
      const s1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      w[i] = at(i - 16) + s0 + at(i - 7) + s1;
    }
    mixBlock(hash, w);
  }
}

/**
 * @param {Uint32Array} hash
 * @param {Uint32Array} w
 */
function mixBlock(hash, w) {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let i = 0; i < 64; i += 1) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + (ROUND[i] ?? 0) + (w[i] ?? 0)) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    hash[index] = (hash[index] ?? 0) + word;
  });
}

/**
 * @param {number} word
 * @param {number} bits
 */
function turn(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}

/** @param {number} root first 32 bits of what comes after the point */
function fraction(root) {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

/** @param {number} count */
function* primes(count) {
  for (let candidate = 2, found = 0; found < count; candidate += 1) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor += 1;
    if (divisor * divisor <= candidate) continue;
    found += 1;
    yield candidate;
  }
}

/** @param {Uint32Array} words */
function toHex(words) {
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
}
