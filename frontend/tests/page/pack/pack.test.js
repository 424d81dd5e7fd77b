import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPackApi } from '../../../js/pack/pack-api.js';

const image = (url, name, more = {}) => ({
  kind: 'scene',
  name,
  url,
  thumbnail_url: url,
  model_used: 'model',
  created_at: null,
  scenes: [],
  ...more,
});
const at = (hour, weather, more) => ({ scenes: [{ hour, weather }], ...more });
const IMAGES = [
  image('painted-night', 'Mill', at('night', 'fog', { model_used: 'pixel-artist' })),
  image('dusk-old', 'Mill', at('dusk', 'clear', { created_at: '2026-01-01T00:00:00+00:00' })),
  image('dusk-new', 'Mill', at('dusk', 'storm', { created_at: '2026-02-01T00:00:00+00:00' })),
  image('day', 'Mill', at('day', 'clear', { created_at: '2026-03-01T00:00:00+00:00' })),
  image('sketch', 'Inn', { model_used: 'pixel-artist' }),
  ...Array.from({ length: 7 }, (_, index) =>
    image(`rope-${index}`, 'Rope', { kind: 'item', is_featured: index === 3 }),
  ),
];

function fakeStorage() {
  const kept = new Map();
  return {
    kept,
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

const bench = (storage = fakeStorage()) => ({
  storage,
  api: createPackApi(IMAGES, { base: 'http://host/sub/path/', storage: () => storage }),
});

describe('scenes of a pack', () => {
  for (const [hour, weather, file, served] of [
    ['Dusk', 'Clear', 'dusk-old', 'cached'],
    ['night', 'fog', 'painted-night', 'cached'],
    ['dusk', 'fog', 'dusk-new', 'near'],
    ['night', 'clear', 'day', 'near'],
  ])
    it(`shows ${file} at ${hour} in ${weather}`, async () => {
      const { api } = bench();
      const scene = { location: 'mill', time_of_day: hour, weather };
      const found = await api.scenes.generate(scene);
      assert.deepEqual([found.url, found.served], [`http://host/sub/path/${file}`, served]);
      assert.equal(api.scenes.previewUrl(scene), found.url);
    });

  it('shows a sketch where there is nothing else', async () => {
    const { api } = bench();
    const found = await api.scenes.generate({ location: 'Inn', time_of_day: 'day', weather: 'clear' });
    assert.deepEqual([found.served, found.isFinal], ['placeholder', true]);
  });
});

describe('galleries of a pack', () => {
  it('lists the featured image first, and pages', async () => {
    const { api } = bench();
    const [first, second] = [await api.images.gallery('Rope', 1), await api.images.gallery('Rope', 2)];
    assert.equal(first.items[0].url, 'http://host/sub/path/rope-3');
    assert.deepEqual([first.items.length, second.items.length, second.total_pages], [6, 1, 2]);
    assert.equal((await api.images.gallery('Lamp', 1)).total, 0);
    await assert.rejects(api.images.remove(1), { status: 403 });
  });
});

describe('saves of a pack', () => {
  it('keeps, lists and deletes them, and replaces only what the tab knows', async () => {
    const { api, storage } = bench();
    const { etag } = await api.saves.write('1', { label: 'Day 1', stamp: 'a:1' }, ['empty'], false);
    await assert.rejects(api.saves.write('1', { stamp: 'b:1' }, ['empty'], false), { status: 412 });
    await api.saves.write('1', { label: 'Day 2', stamp: 'a:2' }, [etag], false);
    storage.setItem('another-game/save/1', '{}');
    storage.setItem('emberpeak-expedition/save/2', 'cut o');
    const { saves } = await api.saves.list();
    assert.deepEqual(
      saves.map(({ slot, label }) => [slot, label]),
      [
        ['1', 'Day 2'],
        ['2', null],
      ],
    );
    assert.equal((await api.saves.read('1')).body.label, 'Day 2');
    await api.saves.remove('1');
    await assert.rejects(api.saves.read('1'), { status: 404 });
    await api.preferences.write({ theme: 'amber' });
    assert.deepEqual(await api.preferences.read(), { theme: 'amber' });
  });

  it('says when the browser refuses', async () => {
    const full = fakeStorage();
    full.setItem = () => {
      throw new Error('full');
    };
    await assert.rejects(bench(full).api.saves.write('1', {}, ['empty'], false), { trouble: 'storage' });
    const refused = createPackApi(IMAGES, {
      base: 'http://host/',
      storage: () => {
        throw new Error('refused');
      },
    });
    await assert.rejects(refused.saves.list(), { trouble: 'storage' });
  });
});
