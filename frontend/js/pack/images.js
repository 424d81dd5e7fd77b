/** @import { Picture, PicturePage, Scene, ScenePicture } from '../api/api.js' */
import { ApiError } from '../api/http.js';
import { GALLERY_PAGE } from '../api/api.js';

/**
 * An image as the export writes it into the page.
 * @typedef {{ kind: string, name: string, scenes: { hour: string, weather: string }[] }} Subject
 * @typedef {Omit<Picture, 'id'> & Subject} PackImage
 */

const PAINTER = 'pixel-artist';

/** @param {string} text */
const plain = (text) => text.trim().toLowerCase();

/**
 * Finds images of a pack.
 * @param {readonly PackImage[]} images
 */
export function createImages(images) {
  const numbered = images.map((image, index) => ({ ...image, id: index + 1 }));
  /** @type {Map<string, typeof numbered>} newest first */
  const subjects = new Map();
  for (const image of [...numbered].sort((a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''))) {
    const key = `${image.kind} ${plain(image.name)}`;
    subjects.set(key, [...(subjects.get(key) ?? []), image]);
  }

  return {
    /**
     * The image of a scene. If the pack has none, the nearest takes its place, as on a server: an image of the
     * place that the local painter did not make, then one of the same hour, then the newest.
     * @param {Scene} scene
     * @returns {ScenePicture}
     */
    ofScene({ location, time_of_day, weather }) {
      const [hour, sky] = [plain(time_of_day), plain(weather)];
      const ofPlace = subjects.get(`scene ${plain(location)}`) ?? [];
      const found = ofPlace.find(({ scenes }) =>
        scenes.some((one) => plain(one.hour) === hour && plain(one.weather) === sky),
      );
      if (found) return { ...found, served: 'cached', retryAfter: null };
      const isAtHour = (/** @type {PackImage} */ { scenes }) => scenes.some((one) => plain(one.hour) === hour);
      const rank = (/** @type {PackImage} */ one) => (one.model_used === PAINTER ? 2 : 0) + (isAtHour(one) ? 0 : 1);
      const [near] = [...ofPlace].sort((a, b) => rank(a) - rank(b));
      if (!near) throw new ApiError('This pack has no picture of this place.', { status: 404 });
      return { ...near, served: near.scenes.length > 0 ? 'near' : 'placeholder', isFinal: true, retryAfter: null };
    },

    /**
     * One page of an item's images: featured first, then newest.
     * @param {string} name
     * @param {number} page
     * @returns {PicturePage}
     */
    ofItem(name, page) {
      const all = [...(subjects.get(`item ${plain(name)}`) ?? [])];
      all.sort((a, b) => Number(b.is_featured) - Number(a.is_featured));
      return {
        items: all.slice((page - 1) * GALLERY_PAGE, page * GALLERY_PAGE),
        total: all.length,
        page,
        page_size: GALLERY_PAGE,
        total_pages: Math.ceil(all.length / GALLERY_PAGE),
      };
    },
  };
}
