import assert from 'node:assert/strict';
import { createHash as nodeHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { bodyOf, halves, keysOf, makeBatches } from '../../../js/migration/batches.js';
import { findEntries, isNothing } from '../../../js/migration/find-entries.js';
import { dumpOfRest, freeStorage } from '../../../js/migration/free-storage.js';
import { foundWords } from '../../../js/migration/mover-words.js';
import { GAME, ITEMS, SCENES, oldTheme, bytesOf, thumbnailOf } from '../../../js/migration/old-storage.js';
import { createHash, sha256 } from '../../../js/migration/sha256.js';
import { ITEM_IMAGE as image, SCENE as scene, shelf } from './helpers.js';

const sample = (name) =>
  JSON.parse(readFileSync(new URL(`../../../../backend/tests/fixtures/legacy-${name}.json`, import.meta.url), 'utf8'));
const hex = (bytes) => nodeHash('sha256').update(bytes).digest('hex');

describe('SHA-256', () => {
  it('gives the known vectors', () => {
    const of = (text) => sha256(new TextEncoder().encode(text));
    assert.equal(of(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    assert.equal(of('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.equal(
      of('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
    assert.equal(of('a'.repeat(1_000_000)), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0');
  });

  it('agrees with Node.js at every length around a block, and on a part of a buffer', () => {
    const bytes = Uint8Array.from({ length: 400 }, (_, index) => (index * 151 + 7) % 256);
    for (let length = 0; length < 260; length += 1) {
      const part = bytes.subarray(3, 3 + length);
      assert.equal(sha256(part), hex(part), String(length));
    }
  });

  it("uses the browser's own if there is one", async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const broken = { subtle: { digest: () => Promise.reject(new Error('no')) } };
    for (const crypto of [globalThis.crypto, {}, undefined, broken])
      assert.equal(await createHash(crypto)(bytes), hex(bytes));
  });
});

describe('payloads', () => {
  it('are read bare and as data URIs, whatever the label says', () => {
    for (const payload of ['AQID', 'data:image/webp;base64,AQID', ' data:,AQID', 'AQ\nID'])
      assert.deepEqual([...(bytesOf(payload) ?? [])], [1, 2, 3]);
    for (const payload of ['A', 'AQ*D', 'data:image/webp;base64,AQIDA']) assert.equal(bytesOf(payload), null);
    assert.equal(bytesOf('data:image/webp;base64,')?.length, 0);
  });

  it('are shown only as images, as far as they are intact', () => {
    assert.equal(thumbnailOf('data:text/html;base64,iVBORw0KGgoAA'), 'data:image/png;base64,iVBORw0KGgoA');
    assert.equal(thumbnailOf('UklGRabc"><script>'), 'data:image/webp;base64,UklGRabc');
    for (const payload of ['', 'data:image/webp;base64,', 'PHN2Zz4=', '<img src=x>'])
      assert.equal(thumbnailOf(payload), null);
  });
});

describe('what is found', () => {
  it('is everything in the samples', () => {
    const bare = findEntries(shelf(sample('bare-base64')));
    assert.ok(bare.entries.length > 1);
    assert.ok(bare.entries.every(({ payload }) => payload.startsWith('iVBOR')));
    const later = findEntries(shelf(sample('data-uri')));
    assert.ok(later.entries.length > 1);
    assert.ok(later.game);
    assert.deepEqual([findEntries(shelf(sample('empty-image'))).entries[0]?.payload], ['data:image/webp;base64,']);
    assert.equal(oldTheme(shelf(sample('data-uri'))), 'parchment');
    assert.equal(oldTheme(shelf({ 'dnd-theme': '__proto__' })), null);
  });

  it('is nothing in an empty storage', () => {
    for (const values of [
      {},
      { [SCENES]: 'null', [GAME]: 'null' },
      { [ITEMS]: '{}', [SCENES]: ' ' },
      { lastActiveTab: 'quest' },
      { [ITEMS]: '{"Rope":{"images":[]}}' },
    ]) {
      assert.ok(isNothing(findEntries(shelf(values))), JSON.stringify(values));
    }
  });

  it('names every defect, and keeps the rest', () => {
    for (const cut of ['{"scene_a": {"loc', 'hello', '[1]', '7', '"text"']) {
      const { broken, entries } = findEntries(
        shelf({ [SCENES]: cut, [ITEMS]: { Rope: { featured: null, images: [image] } } }),
      );
      assert.deepEqual([broken.map(({ key }) => key), entries.length], [[SCENES], 1], cut);
    }
    const { broken, entries } = findEntries(
      shelf({
        [SCENES]: { a: null, b: scene, c: 'text', d: { ...scene, imageData: 7 } },
        [ITEMS]: {
          Gone: null,
          Bare: { featured: null },
          Odd: { images: 'x' },
          Mixed: { images: [null, image, 3, { ...image, data: null }] },
        },
      }),
    );
    assert.deepEqual(
      broken.map(({ key }) => key),
      [
        `${SCENES}/a`,
        `${SCENES}/c`,
        `${ITEMS}/Gone`,
        `${ITEMS}/Bare`,
        `${ITEMS}/Odd`,
        `${ITEMS}/Mixed/0`,
        `${ITEMS}/Mixed/2`,
      ],
    );
    assert.deepEqual(
      entries.map(({ payload }) => payload),
      [scene.imageData, '', image.data, ''],
    );
  });

  it('is described in words', () => {
    const { [SCENES]: scenes, [ITEMS]: items } = {
      [SCENES]: { a: scene, b: null },
      [ITEMS]: { Rope: { images: [image, image] } },
    };
    assert.match(
      foundWords(findEntries(shelf({ [SCENES]: scenes, [ITEMS]: items, [GAME]: {} }))),
      /^3 pictures \(2 of 1 item, 1 scene\), a saved game, 1 damaged entry; 1 KB$/,
    );
  });
});

describe('batches', () => {
  const of = (items, scenes = {}) => findEntries(shelf({ [ITEMS]: items, [SCENES]: scenes })).entries;

  it('are bounded by text and by count, and hold everything in order', () => {
    const many = of({ A: { images: Array.from({ length: 50 }, (_, id) => ({ ...image, id: `i${id}` })) } });
    assert.deepEqual(
      makeBatches(many).map(({ entries }) => entries.length),
      [20, 20, 10],
    );
    assert.deepEqual(
      makeBatches(many).flatMap(({ entries }) => entries),
      many,
    );
    const large = of({ A: { images: ['x', 'y', 'z'].map((id) => ({ ...image, id, data: 'A'.repeat(700_000) })) } });
    assert.deepEqual(
      makeBatches(large).map(({ entries }) => entries.length),
      [1, 1, 1],
    );
    assert.deepEqual(makeBatches([]), []);
    assert.deepEqual(
      halves({ entries: many.slice(0, 3), game: null }).map(({ entries }) => entries.length),
      [2, 1],
    );
  });

  it('are the old storage with only these entries', () => {
    const entries = of(
      { ['__proto__']: { featured: 'a', images: [image] }, 'Rope (50ft)': { featured: null, images: [image] } },
      { s: scene },
    );
    const body = bodyOf({ entries, game: null });
    assert.deepEqual(JSON.parse(JSON.stringify(body))[SCENES], { s: scene });
    assert.match(JSON.stringify(body), /"Rope \(50ft\)":\{"featured":null/);
    assert.deepEqual(bodyOf({ entries: [], game: '{}' }), { [GAME]: '{}' });
  });

  it('never hold two entries with the same key', () => {
    const tricky = of({
      'a/b': { images: [{ ...image, id: 'c' }] },
      a: {
        images: [
          { ...image, id: 'b/c' },
          { ...image, id: 'x' },
          { ...image, id: 'x' },
        ],
      },
      N: {
        images: [
          { ...image, id: undefined },
          { ...image, id: '0' },
        ],
      },
      '\ud83d': { images: [{ ...image, id: 'h' }] },
      '\ud83c': { images: [{ ...image, id: 'h' }] },
    });
    const batches = makeBatches(tricky);
    assert.ok(batches.every(({ entries }) => keysOf(entries)?.size === entries.length));
    assert.equal(batches.flatMap(({ entries }) => entries).length, tricky.length);
    assert.deepEqual(
      [...(keysOf(of({ N: { images: [{ ...image, id: 7 }] } })) ?? [])].map(([key]) => key),
      [`${ITEMS}/N/0`],
    );
  });
});

describe('freeing', () => {
  const items = {
    Rope: {
      featured: 'a',
      images: [
        { ...image, id: 'a' },
        { ...image, id: 'b' },
      ],
    },
    Torch: { featured: null, images: [{ ...image, id: 'c' }] },
  };
  const marksOf = (storage, wanted = () => true) =>
    new Set(
      findEntries(storage)
        .entries.filter(wanted)
        .map(({ mark }) => mark),
    );

  it('removes only proven entries and empty keys', () => {
    const storage = shelf({ [ITEMS]: items, [SCENES]: { s: scene }, [GAME]: '{"a":1}', lastActiveTab: 'quest' });
    const freed = freeStorage(storage, { marks: marksOf(storage, ({ id }) => id !== 'b'), game: '{"a":1}' });
    assert.deepEqual(freed, { removed: 4, kept: [], rescued: {} });
    assert.deepEqual(JSON.parse(storage.getItem(ITEMS)), { Rope: { featured: 'a', images: [{ ...image, id: 'b' }] } });
    assert.deepEqual(
      [storage.getItem(SCENES), storage.getItem(GAME), storage.getItem('lastActiveTab')],
      [null, null, 'quest'],
    );
  });

  it('keeps what another tab changed, added or starred meanwhile', () => {
    const storage = shelf({ [ITEMS]: items, [SCENES]: { s: scene }, [GAME]: '{"a":1}' });
    const marks = marksOf(storage);
    const other = structuredClone(items);
    other.Rope.images[1].customPrompt = 'changed';
    other.Torch.featured = 'c';
    other.New = { featured: null, images: [image] };
    storage.setItem(ITEMS, JSON.stringify(other));
    storage.setItem(SCENES, JSON.stringify({ s: { ...scene, imageData: 'BBBB' }, t: scene }));
    storage.setItem(GAME, '{"a":2}');
    freeStorage(storage, { marks, game: '{"a":1}' });
    const left = JSON.parse(storage.getItem(ITEMS));
    assert.deepEqual(left, {
      Rope: { featured: 'a', images: [other.Rope.images[1]] },
      Torch: other.Torch,
      New: other.New,
    });
    assert.deepEqual(Object.keys(JSON.parse(storage.getItem(SCENES))), ['s', 't']);
    assert.equal(storage.getItem(GAME), '{"a":2}');
  });

  it('leaves unreadable values alone, and writes nothing without need', () => {
    const values = { [SCENES]: '{"cut', [ITEMS]: JSON.stringify({ A: null, B: { images: [null] } }) };
    const storage = shelf(values);
    assert.equal(freeStorage(storage, { marks: new Set(), game: null }).removed, 0);
    assert.deepEqual(storage.values(), values);
    assert.equal(storage.writes(), 0);
  });

  it('makes room first if a full storage refuses a shorter value', () => {
    const storage = shelf({ [ITEMS]: items }, { refuse: (key, _value, has) => has(key) });
    assert.deepEqual(freeStorage(storage, { marks: marksOf(storage, ({ id }) => id !== 'b'), game: null }).kept, []);
    assert.equal(findEntries(storage).entries.length, 1);
  });

  it('restores the old value if the rest is refused, and offers it as a file if that fails too', () => {
    const before = JSON.stringify(items);
    const shy = shelf({ [ITEMS]: items }, { refuse: (_key, value) => value !== before });
    assert.deepEqual(freeStorage(shy, { marks: marksOf(shy, ({ id }) => id !== 'b'), game: null }), {
      removed: 0,
      kept: [ITEMS],
      rescued: {},
    });
    assert.equal(shy.getItem(ITEMS), before);
    const shut = shelf({ [ITEMS]: items }, { refuse: () => true });
    const marks = marksOf(shut, ({ id }) => id !== 'b');
    const { rescued } = freeStorage(shut, { marks, game: null });
    assert.deepEqual(rescued, { [ITEMS]: before });
    assert.deepEqual(
      findEntries(shelf(JSON.parse(dumpOfRest(shut, { marks, game: null }, rescued)))).entries.map(({ id }) => id),
      ['b'],
    );
  });

  it('leaves in the file what stays, unchanged', () => {
    const storage = shelf({ [ITEMS]: items, [SCENES]: '{"cut' });
    const rest = JSON.parse(dumpOfRest(storage, { marks: marksOf(storage, ({ id }) => id !== 'a'), game: null }));
    assert.deepEqual(rest, {
      [SCENES]: '{"cut',
      [ITEMS]: JSON.stringify({ Rope: { featured: 'a', images: [{ ...image, id: 'a' }] } }),
    });
    assert.equal(findEntries(storage).entries.length, 3);
  });
});
