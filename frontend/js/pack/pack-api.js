/** @import { Api } from '../api/api.js' */
/** @import { PackImage } from './images.js' */
import { ApiError } from '../api/http.js';
import { createImages } from './images.js';
import { createKeptHere } from './kept-here.js';

/**
 * The images that an export has written into the page; null where a server serves it.
 * @param {Document} page
 * @returns {PackImage[]|null}
 */
export function packIn(page) {
  const element = page.getElementById('emberpeak-pack');
  return element && JSON.parse(element.textContent ?? '');
}

/**
 * The calls of the page, answered without a server: images come from the pack, saves stay in the browser.
 * @param {readonly PackImage[]} pack
 * @param {{ base: string, storage?: () => Storage }} outside a browser may refuse its storage
 * @returns {Api}
 */
export function createPackApi(pack, { base, storage = () => localStorage }) {
  const at = (/** @type {string} */ path) => new URL(path, base).href;
  const images = createImages(
    pack.map((one) => ({ ...one, url: at(one.url), thumbnail_url: at(one.thumbnail_url || one.url) })),
  );
  const { saves, preferences } = createKeptHere(storage);
  const never = async () => {
    throw new ApiError('A pack cannot be changed.', { status: 403 });
  };
  return {
    keeper: 'browser',
    saves,
    preferences,
    scenes: {
      generate: async (scene) => images.ofScene(scene),
      warm: async (scene) => images.ofScene(scene),
      previewUrl: (scene) => images.ofScene(scene).url,
    },
    images: {
      canChange: false,
      gallery: async (name, page) => images.ofItem(name, page),
      generate: never,
      star: never,
      remove: never,
      restore: never,
    },
  };
}
