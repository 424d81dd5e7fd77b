/** The one place that calls `fetch`. Every failure comes out as an ApiError. */

/** @typedef {'offline'|'client'|'limited'|'server'} Trouble */

export class ApiError extends Error {
  /**
   * @param {string} message one sentence for a person
   * @param {object} facts
   * @param {number} [facts.status] 0 where no answer came
   * @param {string|null} [facts.reason]
   * @param {number|null} [facts.retryAfter] seconds
   * @param {{ field: string, message: string }[]} [facts.fields]
   */
  constructor(message, { status = 0, reason = null, retryAfter = null, fields = [] }) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
    this.fields = fields;
  }

  /** @returns {Trouble} */
  get trouble() {
    if (this.status === 0) return 'offline';
    if (this.status === 429) return 'limited';
    return this.status >= 500 ? 'server' : 'client';
  }
}

/**
 * @typedef {object} Answer
 * @property {any} data
 * @property {string|null} etag
 * @property {number|null} retryAfter
 *
 * @typedef {object} Options
 * @property {Record<string, string|number>} [query]
 * @property {unknown} [body]
 * @property {Record<string, string>} [headers]
 * @property {boolean} [keepalive]
 * @property {boolean} [atOnce] does not stand in line: nobody will be there to wait
 * @property {number} [timeoutMs] Only for what costs nothing: a paid picture is waited for.
 *
 * @typedef {(method: string, path: string, options?: Options) => Promise<Answer>} Request
 */

/**
 * @param {{ fetch: typeof globalThis.fetch, base: string }} outside `base` ends in a slash
 * @returns {Request}
 */
export function createHttp({ fetch, base }) {
  const inTurn = untilKnown();
  return (method, path, options = {}) =>
    inTurn(options.atOnce ?? false, async () => {
      const { query = {}, body, headers = {}, keepalive = false, timeoutMs } = options;
      const url = new URL(path, base);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
      /** @type {RequestInit} */
      const init = {
        method,
        headers: { Accept: 'application/json', ...headers },
        credentials: 'same-origin',
        keepalive,
      };
      if (body !== undefined) {
        init.headers = { ...init.headers, 'Content-Type': 'application/json' };
        init.body = JSON.stringify(body);
      }
      if (timeoutMs) init.signal = AbortSignal.timeout(timeoutMs);
      return answered(await sent(() => fetch(url, init)));
    });
}

/**
 * The server gives each stranger a cookie. Two first requests at once would
 * make two players of one, and the saves of the first would be lost: until one
 * request has been answered, the others wait in line.
 */
function untilKnown() {
  let known = false;
  /** @type {Promise<unknown>} */
  let line = Promise.resolve();
  /**
   * @param {boolean} atOnce
   * @param {() => Promise<Answer>} send
   */
  return (atOnce, send) => {
    if (known || atOnce) return send();
    const mine = line.then(send).then((answer) => {
      known = true;
      return answer;
    });
    line = mine.catch(() => null);
    return mine;
  };
}

/** @param {() => Promise<Response>} send */
async function sent(send) {
  try {
    return await send();
  } catch {
    throw new ApiError('The server does not answer.', {});
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
async function answered(response) {
  const retryAfter = secondsOf(response.headers.get('Retry-After'));
  const data = await response.json().catch(() => null);
  if (response.ok && data !== null) return { data, etag: response.headers.get('ETag'), retryAfter };
  if (response.ok) throw new ApiError('The answer was cut short.', {});
  const detail = data?.detail && typeof data.detail === 'object' ? data.detail : {};
  throw new ApiError(typeof data?.message === 'string' ? data.message : 'The server refused.', {
    status: response.status,
    reason: typeof detail.reason === 'string' ? detail.reason : null,
    retryAfter,
    fields: Array.isArray(detail.errors) ? detail.errors.map(fieldError) : [],
  });
}

/** @param {any} one */
function fieldError(one) {
  return { field: String(one?.field ?? ''), message: String(one?.message ?? '') };
}

/**
 * @param {string|null} header seconds, or a date
 * @param {number} [now]
 * @returns {number|null}
 */
export function secondsOf(header, now = Date.now()) {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

/**
 * Anything that went wrong, as an ApiError.
 * @param {unknown} error
 * @returns {ApiError}
 */
export function asApiError(error) {
  if (error instanceof ApiError) return error;
  console.error(error);
  return new ApiError('Something in the game itself went wrong.', { status: 500 });
}
