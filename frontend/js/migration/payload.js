/** Turns the text that the old game stored into the bytes of a picture. */

const DATA_URI = /^\s*data:[^,]{0,100},/i;

/** First bytes of what a browser can show, in base64. The old game's own label is not trusted. */
const TYPES = /** @type {const} */ ([
  ['iVBORw0KGgo', 'image/png'],
  ['UklGR', 'image/webp'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
]);

/**
 * @param {string} payload base64, bare or in a data URI
 * @returns {Uint8Array<ArrayBuffer>|null} null where it is none
 */
export function bytesOf(payload) {
  let binary;
  try {
    binary = atob(payload.replace(DATA_URI, ''));
  } catch {
    return null;
  }
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/**
 * An address that shows what is left of a damaged picture.
 * @param {string} payload
 * @returns {string|null} null where there is nothing to show
 */
export function thumbnailOf(payload) {
  const text = payload.replace(DATA_URI, '').replace(/\s+/g, '');
  const type = TYPES.find(([start]) => text.startsWith(start))?.[1];
  const whole = /^[A-Za-z0-9+/]*/.exec(text)?.[0] ?? '';
  const even = whole.slice(0, whole.length - (whole.length % 4));
  return type && even ? `data:${type};base64,${even}` : null;
}
