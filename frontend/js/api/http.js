/** @import { Timers } from '../ui/timers.js' */
import { pageTimers } from '../ui/timers.js';

/** The only caller of `fetch`. Every failure is an ApiError. */

/**
 * The kind of an error: `offline` no answer, `limited` too many requests, `server` and `client` as in HTTP,
 * `cookies` the browser keeps none, `storage` a pack's page cannot keep anything, `own` a bug of this page.
 * @typedef {'offline'|'client'|'limited'|'server'|'cookies'|'storage'|'own'} Trouble
 */

export class ApiError extends Error {
  /**
   * @param {string} message one sentence for a person
   * @param {object} facts
   * @param {number} [facts.status] 0 where no answer came
   * @param {Trouble} [facts.trouble] where the status does not tell
   * @param {string|null} [facts.reason]
   * @param {number|null} [facts.retryAfter] seconds
   * @param {{ field: string, message: string }[]} [facts.fields]
   */
  constructor(message, { status = 0, trouble = troubleOf(status), reason = null, retryAfter = null, fields = [] }) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.trouble = trouble;
    this.reason = reason;
    this.retryAfter = retryAfter;
    this.fields = fields;
  }
}

/**
 * @param {number} status
 * @returns {Trouble}
 */
function troubleOf(status) {
  if (status === 0) return 'offline';
  if (status === 429) return 'limited';
  return status >= 500 ? 'server' : 'client';
}

/**
 * @typedef {object} Answer
 * @property {any} data
 * @property {string|null} etag
 * @property {number|null} retryAfter
 * @property {boolean} isStranger the server gave out another cookie, though it had given one: this was another player
 *
 * @typedef {object} Options
 * @property {Record<string, string|number>} [query]
 * @property {unknown} [body]
 * @property {Record<string, string>} [headers]
 * @property {boolean} [keepalive]
 * @property {boolean} [atOnce] does not queue, because nobody will be there to wait
 * @property {number} [timeoutMs] Only for requests that cost nothing; a paid picture has no time limit.
 *
 * @typedef {(method: string, path: string, options?: Options) => Promise<Answer>} Request
 *
 * @typedef {object} Outside
 * @property {typeof globalThis.fetch} fetch
 * @property {string} base ends in a slash
 * @property {Timers} [timers]
 * @property {(areKept: boolean) => void} [onCookies] hears whether the browser keeps the player's cookie
 */

/**
 * @param {Outside} outside
 * @returns {Request}
 */
export function createHttp({ fetch, base, timers = pageTimers, onCookies = () => {} }) {
  const inTurn = untilKnown();
  const sending = cookieWatch(onCookies);
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
      const isStranger = sending();
      const timer = timeoutMs ? timeLimit(init, timeoutMs, timers) : null;
      try {
        const response = await sent(fetch(url, init));
        return { ...(await answered(response)), isStranger: isStranger(response) };
      } finally {
        timers.clear(timer);
      }
    });
}

/**
 * `AbortSignal.timeout` is newer than some browsers that play this game.
 * @param {RequestInit} init
 * @param {number} ms
 * @param {Timers} timers
 */
function timeLimit(init, ms, timers) {
  const controller = new AbortController();
  init.signal = controller.signal;
  return timers.set(() => controller.abort(), ms);
}

/**
 * The server gives each new visitor a cookie. Two first requests at once would
 * create two players, and the saves of the first would be lost. So until one
 * request has been answered, the others wait.
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

/**
 * Detects a browser that keeps no cookie: each answer says whether the request had one. Causes are
 * blocked cookies, a proxy that removes `Set-Cookie`, http after https has set a Secure cookie, and a
 * frame on another site.
 * @param {(areKept: boolean) => void} onCookies
 */
function cookieWatch(onCookies) {
  let wasGiven = false;
  let areKept = true;
  /** @returns {(response: Response) => boolean} whether the answer was for another player than earlier ones */
  return () => {
    const mustCome = wasGiven;
    return (response) => {
      const said = response.headers.get('Player-Cookie');
      if (said === null) return false;
      wasGiven = true;
      const isStranger = said === 'new' && mustCome;
      if (isStranger === areKept) {
        areKept = !isStranger;
        onCookies(areKept);
      }
      return isStranger;
    };
  };
}

/**
 * Only what `fetch` itself reports is a fault of the network.
 * @param {Promise<Response>} answer
 */
async function sent(answer) {
  try {
    return await answer;
  } catch (error) {
    const name = error instanceof Error || error instanceof DOMException ? error.name : '';
    if (!['TypeError', 'AbortError', 'TimeoutError', 'NetworkError'].includes(name)) throw error;
    throw new ApiError('The server does not answer.', {});
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Omit<Answer, 'isStranger'>>}
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
 * Any error as an ApiError. One of another class is a bug of this page: it is written to the
 * console, and never reported as a network error.
 * @param {unknown} error
 * @returns {ApiError}
 */
export function asApiError(error) {
  if (error instanceof ApiError) return error;
  console.error(error);
  return new ApiError('Something in the game itself went wrong.', { trouble: 'own' });
}
