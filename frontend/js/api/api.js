/** @import { Request } from './http.js' */
import { ApiError } from './http.js';

/**
 * @typedef {{ location: string, time_of_day: string, weather: string }} Scene
 * @typedef {{ slot: string, label: string|null, updated_at: string, etag: string }} SavedGame
 *
 * @typedef {object} Picture
 * @property {number|null} id
 * @property {string} url
 * @property {string} thumbnail_url
 * @property {boolean} is_featured
 * @property {string} alt_text
 * @property {string|null} custom_prompt
 * @property {string|null} preview
 * @property {string} model_used
 * @property {string|null} created_at
 *
 * @typedef {{ items: Picture[], total: number, page: number, page_size: number, total_pages: number }} PicturePage
 * @typedef {{ served?: string, provider?: string, reason?: string|null, retryAfter: number|null,
 *   isFinal?: boolean }} Served `isFinal`: nothing better will come
 * @typedef {Picture & Served} ScenePicture
 * @typedef {object} Api the server, or a pack
 * @property {'server'|'browser'} keeper what keeps saves and settings
 * @property {ReturnType<typeof savesApi>} saves
 * @property {ReturnType<typeof preferencesApi>} preferences
 * @property {ReturnType<typeof scenesApi>} scenes
 * @property {ReturnType<typeof imagesApi>} images
 */

const QUICK_MS = 15_000;

/**
 * When a page ends, a browser keeps at most 64 KB of requests in flight and refuses more. A save
 * has 9 to 14 KB, so four fit. One that does not fit is sent as an ordinary request, which the
 * browser drops only if the page is gone before it was sent.
 */
const KEEPALIVE_BYTES = 60_000;

export const GALLERY_PAGE = 6;

/**
 * The calls that the page makes, by name.
 * @param {Request} request
 * @param {string} base
 * @returns {Api}
 */
export function createApi(request, base) {
  return {
    keeper: 'server',
    saves: savesApi(request),
    preferences: preferencesApi(request),
    scenes: scenesApi(request, base),
    images: imagesApi(request),
  };
}

/** @param {Request} request */
function savesApi(request) {
  const at = (/** @type {string} */ slot) => `api/v1/saves/${encodeURIComponent(slot)}`;
  let room = KEEPALIVE_BYTES;
  return {
    /** @returns {Promise<{ saves: SavedGame[], max_slots: number }>} */
    async list() {
      return (await request('GET', 'api/v1/saves', { timeoutMs: QUICK_MS })).data;
    },
    /** @param {string} slot */
    async read(slot) {
      const { data, etag } = await request('GET', at(slot), { timeoutMs: QUICK_MS });
      return { body: data, etag };
    },
    /**
     * @param {string} slot
     * @param {object} body
     * @param {readonly string[]} tags one of which what is stored now must have
     * @param {boolean} leaving the page may be gone before the answer
     */
    async write(slot, body, tags, leaving) {
      const headers = { 'If-Match': tags.map(asTag).join(', ') };
      const bytes = new TextEncoder().encode(JSON.stringify(body)).length;
      const keepalive = bytes <= room;
      if (keepalive) room -= bytes;
      try {
        const answer = await request('PUT', at(slot), {
          body,
          headers,
          keepalive,
          atOnce: leaving,
          timeoutMs: QUICK_MS,
        });
        // Stored, but for a player who will never return.
        if (answer.isStranger) throw noCookies();
        return { etag: answer.etag ?? String(answer.data.etag) };
      } finally {
        if (keepalive) room += bytes;
      }
    },
    /** @param {string} slot */
    async remove(slot) {
      await request('DELETE', at(slot), { timeoutMs: QUICK_MS });
    },
  };
}

export function noCookies() {
  return new ApiError('The browser keeps no cookie.', { trouble: 'cookies' });
}

/**
 * An entity tag for a header: one that came from a header goes back unchanged, weak or not.
 * @param {string} tag
 */
function asTag(tag) {
  return /^(W\/)?"[^"]*"$/.test(tag) ? tag : `"${tag.replaceAll('"', '')}"`;
}

/** @param {Request} request */
function preferencesApi(request) {
  return {
    /** @returns {Promise<unknown>} */
    async read() {
      return (await request('GET', 'api/v1/preferences', { timeoutMs: QUICK_MS })).data;
    },
    /** @param {object} body */
    async write(body) {
      await request('PUT', 'api/v1/preferences', { body, keepalive: true, timeoutMs: QUICK_MS });
    },
  };
}

/**
 * @param {Request} request
 * @param {string} base
 */
function scenesApi(request, base) {
  return {
    /**
     * @param {Scene} scene
     * @returns {Promise<ScenePicture>}
     */
    async generate(scene) {
      const query = { ...scene, allow_fallback: 'true' };
      const { data, retryAfter } = await request('POST', 'api/v1/scenes/generate', { query });
      return { ...data, retryAfter };
    },
    /**
     * Has a scene painted ahead of need.
     * @param {Scene} scene
     * @returns {Promise<ScenePicture>}
     */
    async warm(scene) {
      const query = { ...scene, allow_fallback: 'true', priority: 'low' };
      const { data, retryAfter } = await request('POST', 'api/v1/scenes/generate', { query });
      return { ...data, retryAfter };
    },
    /** @param {Scene} scene */
    previewUrl(scene) {
      const url = new URL('api/v1/scenes/preview', base);
      url.search = new URLSearchParams({ ...scene }).toString();
      return url.href;
    },
  };
}

/** @param {Request} request */
function imagesApi(request) {
  return {
    canChange: true,
    /**
     * @param {string} name
     * @param {number} page
     * @returns {Promise<PicturePage>}
     */
    async gallery(name, page) {
      const query = { subject_type: 'item', subject_name: name, page, page_size: GALLERY_PAGE };
      return (await request('GET', 'api/v1/images/search', { query, timeoutMs: QUICK_MS })).data;
    },
    /**
     * @param {{ name: string, prompt: string, style: string }} order
     * @returns {Promise<Picture>}
     */
    async generate({ name, prompt, style }) {
      const body = {
        subject_type: 'item',
        subject_name: name,
        prompt,
        aspect_ratio: '1:1',
        component: 'item-window',
        ...(style ? { custom_prompt: style } : {}),
      };
      return (await request('POST', 'api/v1/images/generate', { body })).data;
    },
    /** @param {number} id */
    async star(id) {
      await request('PUT', `api/v1/images/${id}/feature`, { timeoutMs: QUICK_MS });
    },
    /** @param {number} id */
    async remove(id) {
      await request('DELETE', `api/v1/images/${id}`, { timeoutMs: QUICK_MS });
    },
    /** @param {number} id */
    async restore(id) {
      await request('POST', `api/v1/images/${id}/restore`, { timeoutMs: QUICK_MS });
    },
  };
}

/**
 * An address from the server, under whatever prefix the game is served; null
 * where it leads to another site.
 * @param {string} url root-relative
 * @param {string} base
 * @returns {string|null}
 */
export function mediaUrl(url, base) {
  if (url.startsWith('data:image/')) return url;
  try {
    const path = url.replace(/^\/+/, '');
    const prefix = new URL(base).pathname.slice(1);
    const found = new URL(path.startsWith(prefix) ? path.slice(prefix.length) : path, base);
    return found.origin === new URL(base).origin ? found.href : null;
  } catch {
    return null;
  }
}
