/**
 * @param {string} json
 * @returns {unknown}
 */
export function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/**
 * @param {unknown} v
 * @returns {v is Record<string, unknown>}
 */
export function isRecord(v) {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/**
 * @template {string} T
 * @param {unknown} v
 * @param {readonly T[]} among
 * @returns {T|null}
 */
export function oneOf(v, among) {
  return among.find((one) => one === v) ?? null;
}

/**
 * As `Object.hasOwn`, which is newer than some browsers that play this game.
 * @param {object} v
 * @param {string} name
 */
export function hasOwn(v, name) {
  return Object.prototype.hasOwnProperty.call(v, name);
}

/**
 * A whole number within bounds; outside them the nearest; the default for anything else.
 * @param {unknown} v
 * @param {number} least
 * @param {number} most
 * @param {number} otherwise
 */
export function whole(v, least, most, otherwise) {
  if (typeof v !== 'number' || !Number.isFinite(v)) return otherwise;
  return Math.min(most, Math.max(least, Math.trunc(v)));
}

/**
 * @param {unknown} v
 * @returns {number|null}
 */
export function numberOrNull(v) {
  return typeof v === 'number' && Number.isFinite(v) ? v : null;
}

/**
 * @param {unknown} v
 * @param {number} most characters
 */
export function text(v, most) {
  return typeof v === 'string' ? wellFormed(v.trim().slice(0, most)) : '';
}

/**
 * Removes lone surrogates and NUL, which no database accepts.
 * @param {string} v
 */
export function wellFormed(v) {
  return v.replace(/\p{Surrogate}/gu, '\ufffd').replace(/\0/g, '');
}

/**
 * @template T
 * @param {unknown} v
 * @param {(one: unknown) => T|null} read null drops the entry
 * @param {number} most
 * @returns {T[]}
 */
export function list(v, read, most) {
  if (!Array.isArray(v)) return [];
  return v
    .slice(0, most)
    .map(read)
    .flatMap((one) => (one === null ? [] : [one]));
}

/**
 * Numbers by name. Names are looked up among the known ones, so no foreign key gets in.
 * @template {string} T
 * @param {unknown} v
 * @param {readonly T[]} known
 * @param {number} least
 * @param {number} most
 * @returns {Partial<Record<T, number>>}
 */
export function counts(v, known, least, most) {
  /** @type {Partial<Record<T, number>>} */
  const found = {};
  if (!isRecord(v)) return found;
  for (const name of known) {
    if (hasOwn(v, name) && typeof v[name] === 'number') found[name] = whole(v[name], least, most, least);
  }
  return found;
}
