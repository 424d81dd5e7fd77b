import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Mover } from '../../../js/migration/mover.js';
import { GAME, ITEMS, SCENES } from '../../../js/migration/old-storage.js';
import { createHash } from '../../../js/migration/sha256.js';
import { deferred, failure, fakeTimers, settled } from '../helpers.js';
import { ITEM_IMAGE as image, SCENE as scene, fakeServer, shelf } from './helpers.js';

const images = (count) =>
  Array.from({ length: count }, (_, n) => ({
    ...image,
    id: `i${n}`,
    data: Buffer.from(`picture ${n}`).toString('base64'),
  }));
const many = (count = 50) => ({ [ITEMS]: { Rope: { featured: 'i1', images: images(count) } }, [SCENES]: { s: scene } });

function mover(storage, server, { hash = createHash(undefined), ...more } = {}) {
  const timers = fakeTimers();
  const seen = [];
  const games = [];
  const made = new Mover({
    storage,
    move: server.move,
    readSave: server.readSave,
    hash,
    timers,
    onChange: (progress) => seen.push(progress),
    onSavedGame: () => games.push(1),
    ...more,
  });
  return { made, timers, seen, games, last: () => made.progress() };
}

describe('moving', () => {
  it('sends everything, proves it, then allows freeing the storage', async () => {
    const storage = shelf({ ...many(), [GAME]: '{"version":"1.0","state":{"b":1,"a":2}}' });
    const server = fakeServer();
    const { made, seen, games, last } = mover(storage, server);
    assert.equal(last().canFree, false);
    await made.start();
    assert.deepEqual(
      [last().phase, last().answered, last().total, last().moved, last().already],
      ['done', 52, 52, 51, 0],
    );
    assert.deepEqual([last().canFree, games.length, last().bad.length], [true, 1, 0]);
    const told = seen.map(({ answered }) => answered);
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
    );
    assert.ok(new Set(told).size >= 4, 'the bar moves with every answer');
    assert.ok(seen.every(({ phase, canFree }) => phase === 'done' || !canFree));
    made.free();
    assert.deepEqual(storage.values(), {});
    assert.deepEqual([last().phase, last().freed, last().hasLeftovers], ['freed', 52, false]);
  });

  it('keeps bad entries, says why, and offers them as a file', async () => {
    const storage = shelf({
      [ITEMS]: { Rope: { featured: null, images: [image, { ...image, id: 'bad', data: '***' }] }, Gone: null },
    });
    const { made, last } = mover(storage, fakeServer());
    await made.start();
    assert.deepEqual(
      last().bad.map(({ name, error }) => [name, error]),
      [
        ['Gone', 'The entry is empty, or has no list of images.'],
        ['Rope', 'no picture'],
      ],
    );
    assert.deepEqual([last().canFree, last().hasLeftovers], [true, true]);
    made.free();
    const left = { Rope: { featured: null, images: [{ ...image, id: 'bad', data: '***' }] }, Gone: null };
    assert.deepEqual(JSON.parse(storage.getItem(ITEMS)), left);
    assert.deepEqual(JSON.parse(JSON.parse(made.leftovers())[ITEMS]), left);
  });

  it('frees nothing without the right hash or without an answer', async () => {
    const wrong = fakeServer({
      change: (answer) => ({
        ...answer,
        results: answer.results.map((one) => ({ ...one, source_hash: 'f'.repeat(64) })),
      }),
    });
    const silent = fakeServer({ change: (answer) => ({ ...answer, results: [] }) });
    for (const server of [wrong, silent]) {
      const storage = shelf({ ...many(2), [GAME]: '{"version":"1","state":{}}' });
      const { made, last } = mover(storage, { ...server, readSave: async () => ({ body: { state: 'another' } }) });
      const before = storage.values();
      await made.start();
      assert.deepEqual([last().phase, last().canFree, last().bad.length, last().notes.length], ['done', false, 3, 1]);
      made.free();
      assert.deepEqual(storage.values(), before);
    }
  });

  it('finds twins of one id, and what a first run moved', async () => {
    const storage = shelf({ [ITEMS]: { Rope: { images: [image, image] } } });
    const server = fakeServer();
    const { made, last } = mover(storage, server);
    await made.start();
    assert.deepEqual([last().answered, last().canFree], [2, true]);
    const again = mover(storage, server);
    await again.made.start();
    assert.deepEqual([again.last().moved, again.last().already], [0, 2]);
    again.made.free();
    assert.deepEqual(storage.values(), {});
  });
});

describe('trouble', () => {
  it('429: waits as long as the server says, then continues', async () => {
    const server = fakeServer({
      fail: (_, call) => {
        if (call === 2) throw failure(429, { retryAfter: 7 });
      },
    });
    const { made, timers, last } = mover(shelf(many()), server);
    const run = made.start();
    while (timers.waits().length === 0) await settled();
    assert.deepEqual([last().phase, timers.waits()], ['waiting', [7000]]);
    assert.match(last().words, /pause.*7 seconds/);
    await timers.fire();
    await run;
    assert.deepEqual([last().phase, last().answered, server.stored.size], ['done', 51, 51]);
  });

  it('429: waits longer each time if the server says one second each time', async () => {
    const server = fakeServer({
      fail: () => {
        throw failure(429, { retryAfter: 1 });
      },
    });
    const { made, timers } = mover(shelf(many()), server);
    void made.start();
    const waits = [];
    for (let i = 0; i < 8; i += 1) {
      while (timers.waits().length === 0) await settled();
      waits.push(...timers.waits());
      await timers.fire();
    }
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    made.stop();
  });

  it('429: can be stopped while it waits', async () => {
    const { made, timers, last } = mover(
      shelf(many()),
      fakeServer({
        fail: () => {
          throw failure(429);
        },
      }),
    );
    const run = made.start();
    while (timers.waits().length === 0) await settled();
    made.stop();
    await run;
    assert.deepEqual([last().phase, timers.waits()], ['stopped', []]);
  });

  it('413 and 422: sends less at once, and blames only the entry that is to blame', async () => {
    for (const status of [413, 422]) {
      const server = fakeServer({
        fail: (body) => {
          if (JSON.stringify(body).includes('"i3"')) throw failure(status);
        },
      });
      const { made, last } = mover(shelf({ [ITEMS]: { Rope: { images: images(9) } } }), server);
      await made.start();
      assert.deepEqual(
        [last().phase, last().moved, last().bad.length, last().canFree],
        ['done', 8, 1, true],
        String(status),
      );
    }
  });

  it('no network or a server error: stops with a message, continues from there', async () => {
    for (const status of [0, 403, 500, 503, 507]) {
      let isAway = true;
      const server = fakeServer({
        fail: (_, call) => {
          if (isAway && call === 2) throw failure(status);
        },
      });
      const { made, last } = mover(shelf(many()), server);
      await made.start();
      assert.deepEqual([last().phase, last().answered, last().canFree], ['stopped', 20, false], String(status));
      assert.match(last().words, /Nothing is lost/);
      isAway = false;
      await made.start();
      assert.deepEqual([last().phase, last().answered], ['done', 51]);
      assert.equal(server.calls.length, 4, 'what was answered is not sent again');
    }
  });

  it('stop: the answer in flight still counts', async () => {
    const gate = deferred();
    const server = fakeServer();
    const { made, last } = mover(shelf(many()), {
      ...server,
      move: async (body) => {
        await gate.promise;
        return server.move(body);
      },
    });
    const run = made.start();
    void made.start();
    made.stop();
    assert.equal(last().phase, 'stopping');
    gate.resolve(undefined);
    await run;
    assert.deepEqual([last().phase, last().answered, server.calls.length], ['stopped', 20, 1]);
    await made.start();
    assert.equal(last().phase, 'done');
  });

  it('closed after any call and reopened: no loss, no duplicate', async () => {
    for (let calls = 1; calls <= 3; calls += 1) {
      const storage = shelf(many());
      const server = fakeServer({
        fail: (_, call) => {
          if (call === calls) throw failure(0);
        },
      });
      await mover(storage, server).made.start();
      const { made, last } = mover(storage, server);
      await made.start();
      assert.deepEqual([last().answered, server.stored.size], [51, 51]);
      made.free();
      assert.deepEqual(storage.values(), {});
    }
  });
});

describe('another tab', () => {
  it('that frees the storage leaves nothing to import', async () => {
    const storage = shelf(many(2));
    const { made, last } = mover(storage, fakeServer());
    await made.start();
    storage.removeItem(ITEMS);
    storage.removeItem(SCENES);
    made.refresh();
    assert.deepEqual([last().total, last().canFree], [0, false]);
  });

  it('that adds a picture makes the page offer it again', async () => {
    const storage = shelf(many(2));
    const { made, last } = mover(storage, fakeServer());
    await made.start();
    storage.setItem(ITEMS, JSON.stringify(many(3)[ITEMS]));
    made.refresh();
    assert.deepEqual([last().phase, last().canFree, last().answered, last().total], ['offered', false, 3, 4]);
    made.free();
    assert.notEqual(storage.getItem(ITEMS), null);
    await made.start();
    made.free();
    assert.deepEqual(storage.values(), {});
  });

  it('that adds one at the last moment does not lose it', async () => {
    const storage = shelf(many(2));
    const { made, last } = mover(storage, fakeServer());
    await made.start();
    storage.setItem(ITEMS, JSON.stringify(many(3)[ITEMS]));
    made.free();
    assert.deepEqual(
      [last().phase, JSON.parse(storage.getItem(ITEMS)).Rope.images.map(({ id }) => id)],
      ['offered', ['i2']],
    );
  });
});
