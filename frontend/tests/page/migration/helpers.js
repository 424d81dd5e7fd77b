import { createHash } from 'node:crypto';
import { ITEMS, SCENES } from '../../../js/migration/old-storage.js';

export const ITEM_IMAGE = { id: 'a', data: 'AQID', timestamp: '2026-11-22T23:17:50.941Z', customPrompt: '' };
export const SCENE = {
  location: 'Old Mill',
  imageData: 'AQIDBA==',
  timeOfDay: 'dusk',
  weather: 'light rain',
  prompt: '',
  timestamp: '2026-11-22T23:17:50.941Z',
  lastUsed: '2026-11-22T23:17:50.941Z',
  useCount: 1,
};

/**
 * A storage; objects are kept as JSON.
 * @param {Record<string, unknown>} start
 * @param {{ refuse?: (key: string, value: string, has: (key: string) => boolean) => boolean }} [options]
 */
export function shelf(start, { refuse = () => false } = {}) {
  const map = new Map(
    Object.entries(start).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
  let writes = 0;
  return {
    /** @param {string} key */
    getItem: (key) => map.get(key) ?? null,
    /** @param {string} key @param {string} value */
    setItem(key, value) {
      if (refuse(key, value, (one) => map.has(one))) throw new DOMException('full', 'QuotaExceededError');
      writes += 1;
      map.set(key, value);
    },
    /** @param {string} key */
    removeItem: (key) => void map.delete(key),
    values: () => Object.fromEntries(map),
    writes: () => writes,
  };
}

/** A server that keeps what decodes, and knows what it has; `fail` may throw instead. */
export function fakeServer({ fail = () => {}, change = (answer) => answer } = {}) {
  const stored = new Set();
  const calls = [];
  let game = null;
  return {
    stored,
    calls,
    async move(body) {
      calls.push(body);
      fail(body, calls.length);
      const answer = { results: [], errors: [], notes: [], saved_game_slot: null };
      const take = (key, subject, data) => {
        const bytes = Buffer.from(String(data).replace(/^data:[^,]*,/, ''), 'base64');
        if (typeof data !== 'string' || bytes.length === 0 || data.includes('*'))
          answer.errors.push({ key, error: 'no picture' });
        else {
          const hash = createHash('sha256').update(bytes).digest('hex');
          const known = stored.has(`${subject} ${hash}`);
          stored.add(`${subject} ${hash}`);
          answer.results.push({ key, outcome: known ? 'already_there' : 'stored', source_hash: hash, image_id: 1 });
        }
      };
      for (const [name, one] of Object.entries(body[SCENES] ?? {}))
        take(`${SCENES}/${name}`, one.location, one.imageData);
      for (const [name, { images }] of Object.entries(body[ITEMS] ?? {})) {
        images.forEach((one, index) => take(`${ITEMS}/${name}/${one.id || index}`, name, one.data));
      }
      if (body.aidnd_savegame) [game, answer.saved_game_slot] = [JSON.parse(body.aidnd_savegame), 'old-game'];
      return change(answer);
    },
    readSave: async () => ({ body: { label: 'x', state: game } }),
  };
}
