import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SaveKeeper } from '../../../js/saves/save-keeper.js';
import { deferred, failure, fakeTimers, settled } from '../helpers.js';

function bench({ etag = 'e0', stored = null } = {}) {
  const timers = fakeTimers();
  const writes = [];
  const statuses = [];
  const world = { answers: [], conflicts: 0, stored };
  let stamps = 0;
  const keeper = new SaveKeeper(
    { slot: '1', etag },
    {
      timers,
      tab: 'me',
      nextStamp: () => `me:${(stamps += 1)}`,
      write: async (slot, body, tags, leaving) => {
        writes.push({ slot, body, tags, leaving });
        const answer = world.answers.shift();
        if (answer instanceof Error) throw answer;
        return answer ? (answer.promise ?? answer) : { etag: `e${writes.length}` };
      },
      read: async () => {
        if (world.stored instanceof Error) throw world.stored;
        return world.stored;
      },
      onStatus: (status) => statuses.push(status),
      onConflict: (conflict) => {
        world.conflicts += 1;
        world.found = conflict;
      },
    },
  );
  return { keeper, timers, writes, statuses, world };
}

describe('saving', () => {
  it('sends each state with the tag of the last answer', async () => {
    const { keeper, writes, statuses } = bench();
    await keeper.save({ n: 1 });
    await keeper.save({ n: 2 });
    assert.deepEqual(
      writes.map(({ tags }) => tags),
      [
        ['e0', 'stamp:me:1'],
        ['e1', 'stamp:me:2'],
      ],
    );
    assert.equal(statuses.at(-1), 'saved');
  });

  it('takes an empty slot only while it is empty', async () => {
    const { keeper, writes } = bench({ etag: null });
    await keeper.save({ n: 1 });
    assert.deepEqual(writes[0].tags, ['empty', 'stamp:me:1']);
  });

  it('has at most one request in flight, and the newest state wins', async () => {
    const { keeper, writes, world } = bench();
    const slow = deferred();
    world.answers.push(slow);
    keeper.save({ n: 1 });
    keeper.save({ n: 2 });
    keeper.save({ n: 3 });
    assert.equal(writes.length, 1);
    slow.resolve({ etag: 'slow' });
    await settled();
    assert.deepEqual(
      writes.map(({ body }) => body.n),
      [1, 3],
    );
    assert.equal(writes[1].tags[0], 'slow');
    assert.equal(keeper.isClean, true);
  });
});

describe('when the server is away', () => {
  it('waits longer each time, then sends the newest state', async () => {
    const { keeper, timers, writes, statuses, world } = bench();
    world.answers.push(failure(0), failure(503, { retryAfter: 30 }), failure(0));
    await keeper.save({ n: 1 });
    assert.equal(statuses.at(-1), 'waiting');
    assert.deepEqual(timers.waits(), [2000]);
    await timers.fire();
    assert.deepEqual(timers.waits(), [30_000], 'Retry-After counts where it is longer');
    await timers.fire();
    assert.deepEqual(timers.waits(), [8000]);
    await timers.fire();
    assert.equal(statuses.at(-1), 'saved');
    assert.equal(writes.length, 4);
  });

  for (const [what, trouble] of [
    ['412 for its own version', failure(412)],
    ['500', failure(500)],
    ['503 that asks for a second', failure(503, { retryAfter: 1 })],
    ['429', failure(429, { retryAfter: 0 })],
    ['no answer', failure(0)],
    ['a fault of the page', new TypeError('x is not a function')],
  ]) {
    it(`an idle tab makes a handful of calls a minute, whatever goes wrong: ${what}`, async () => {
      const { keeper, timers, writes, world } = bench({ stored: { body: { stamp: 'me:0' }, etag: 'mine' } });
      world.answers.push(...Array.from({ length: 200 }, () => trouble));
      await keeper.save({ n: 1 });
      const perMinute = [];
      for (let minute = 0; minute < 4; minute += 1) {
        const before = writes.length;
        for (let spent = 0; spent < 60_000;) {
          [spent] = [spent + (timers.waits()[0] ?? 60_000)];
          await timers.fire();
        }
        perMinute.push(writes.length - before);
      }
      assert.ok(Math.max(...perMinute) <= 6, String(perMinute));
      assert.ok(perMinute.at(-1) <= 1, String(perMinute));
    });
  }

  it('retries at once when the network is back', async () => {
    const { keeper, timers, world, statuses } = bench();
    world.answers.push(failure(0));
    await keeper.save({ n: 1 });
    await keeper.retryNow();
    assert.equal(statuses.at(-1), 'saved');
    assert.deepEqual(timers.waits(), []);
  });

  it('drops the older of two unsaved states', async () => {
    const { keeper, timers, writes, world } = bench();
    world.answers.push(failure(0), failure(0));
    await keeper.save({ n: 1 });
    await keeper.save({ n: 2 });
    await timers.fire();
    assert.deepEqual(
      writes.map(({ body }) => body.n),
      [1, 2, 2],
    );
  });

  it('keeps a refused body from being sent again and again', async () => {
    const { keeper, timers, writes, statuses, world } = bench();
    world.answers.push(failure(413));
    await keeper.save({ n: 1 });
    assert.equal(statuses.at(-1), 'refused');
    assert.deepEqual([writes.length, timers.waits()], [1, []]);
    await keeper.save({ n: 2 });
    assert.equal(statuses.at(-1), 'saved');
  });
});

describe('when another tab was first', () => {
  it('stops and asks', async () => {
    const { keeper, writes, statuses, world } = bench({ stored: { body: { stamp: 'other:4' }, etag: 'theirs' } });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    assert.deepEqual([world.conflicts, world.found, statuses.at(-1)], [1, 'changed', 'conflict']);
    await keeper.save({ n: 2 });
    assert.equal(writes.length, 1, 'nothing is written until the person has decided');
  });

  it('overwrites with the newest state if the player says so', async () => {
    const { keeper, writes, statuses, world } = bench({ stored: { body: {}, etag: 'theirs' } });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    await keeper.save({ n: 2 });
    await keeper.overwrite('theirs');
    assert.deepEqual(
      [writes.at(-1).body.n, writes.at(-1).tags, statuses.at(-1)],
      [2, ['theirs', 'stamp:me:2'], 'saved'],
    );
  });

  it('moves to another slot if the player says so', async () => {
    const { keeper, writes, world } = bench({ stored: { body: {}, etag: 'theirs' } });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    await keeper.overwrite(null, '2');
    assert.deepEqual([writes.at(-1).slot, writes.at(-1).tags, keeper.slot], ['2', ['empty', 'stamp:me:1'], '2']);
  });

  it('names what it sent until an answer comes', async () => {
    const { keeper, writes, world } = bench();
    world.answers.push(failure(0), failure(503));
    await keeper.save({ n: 1 });
    await keeper.save({ n: 2 });
    await keeper.save({ n: 3 });
    await keeper.save({ n: 4 });
    assert.deepEqual(writes[2].tags, ['e0', 'stamp:me:1', 'stamp:me:2', 'stamp:me:3']);
    assert.deepEqual(writes[3].tags, ['e3', 'stamp:me:4']);
  });

  it('names a bounded number, however long the server is away', async () => {
    const { keeper, writes, world } = bench();
    for (let n = 0; n < 100; n += 1) {
      world.answers.push(failure(0));
      await keeper.save({ n });
    }
    assert.equal(writes.at(-1).tags.length, 9);
    assert.deepEqual([writes.at(-1).tags[0], writes.at(-1).tags.at(-1)], ['e0', 'stamp:me:100']);
  });

  it('does not ask if this tab stored it, for an adventure begun before', async () => {
    const { keeper, writes, statuses, world } = bench({ stored: { body: { stamp: 'me:0' }, etag: 'mine' } });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    assert.deepEqual(
      [world.conflicts, writes.at(-1).tags, statuses.at(-1)],
      [0, ['mine', 'stamp:me:0', 'stamp:me:1'], 'saved'],
    );
  });

  it('resends once if its own version is refused, then says so and waits', async () => {
    const stored = { body: { stamp: 'me:0' }, etag: 'W/"mine"' };
    const { keeper, timers, writes, statuses, world } = bench({ stored });
    world.answers.push(...Array.from({ length: 4 }, () => failure(412)));
    await keeper.save({ n: 1 });
    assert.deepEqual([writes.length, world.conflicts, statuses.at(-1)], [2, 0, 'waiting']);
    assert.deepEqual(writes[1].tags, ['W/"mine"', 'stamp:me:0', 'stamp:me:1'], 'by its stamp too');
    for (const calls of [3, 4]) {
      assert.deepEqual(timers.waits(), [60_000]);
      await timers.fire();
      assert.equal(writes.length, calls);
    }
    await timers.fire();
    assert.equal(statuses.at(-1), 'saved');
  });

  it('asks if the slot was emptied', async () => {
    const { keeper, world } = bench({ stored: failure(404) });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    assert.deepEqual([world.conflicts, world.found], [1, 'gone']);
  });

  it('distinguishes a slot believed to be empty from a changed one', async () => {
    const { keeper, world } = bench({ etag: null, stored: { body: { stamp: 'other:4' }, etag: 'theirs' } });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    assert.deepEqual([world.conflicts, world.found], [1, 'taken']);
  });

  it('waits if the conflict cannot be read', async () => {
    const { keeper, timers, statuses, world } = bench({ stored: failure(0) });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    assert.deepEqual([world.conflicts, statuses.at(-1), timers.waits().length], [0, 'waiting', 1]);
  });
});

describe('when the slot is taken by another game', () => {
  it('drops unsaved changes', async () => {
    const { keeper, timers, writes, world } = bench();
    const slow = deferred();
    world.answers.push(slow);
    keeper.save({ n: 1 });
    keeper.save({ n: 2 });
    keeper.close();
    slow.reject(failure(0));
    await settled();
    await timers.fire();
    assert.equal(writes.length, 1);
  });
});

describe('when the page is about to go', () => {
  /** One request is under way, and a newer state waits behind it. */
  async function inFlight() {
    const all = bench();
    const [older, newer] = [deferred(), deferred()];
    all.world.answers.push(older, newer);
    void all.keeper.save({ n: 1 });
    void all.keeper.save({ n: 2 });
    void all.keeper.leave();
    await settled();
    return { ...all, older, newer };
  }

  it('sends the newest state beside the one in flight, and may replace both it and its predecessor', async () => {
    const { writes } = await inFlight();
    assert.deepEqual(
      writes.map(({ body, tags, leaving }) => [body.n, tags, leaving]),
      [
        [1, ['e0', 'stamp:me:1'], false],
        [2, ['e0', 'stamp:me:1', 'stamp:me:2'], true],
      ],
    );
  });

  it('sends a state once, and nothing if all is saved', async () => {
    const { keeper, writes } = await inFlight();
    await keeper.leave();
    assert.equal(writes.length, 2);
    const idle = bench();
    await idle.keeper.leave();
    assert.equal(idle.writes.length, 0);
  });

  for (const first of ['older', 'newer']) {
    it(`continues from the newest if the page stays and the ${first} is answered first`, async () => {
      const { keeper, writes, statuses, world, older, newer } = await inFlight();
      const answers = {
        older: () => (first === 'older' ? older.resolve({ etag: 'old' }) : older.reject(failure(412))),
        newer: () => newer.resolve({ etag: 'new' }),
      };
      answers[first]();
      await settled();
      assert.equal(statuses.at(-1), 'saving');
      answers[first === 'older' ? 'newer' : 'older']();
      await settled();
      assert.deepEqual([world.conflicts, statuses.at(-1), keeper.isClean], [0, 'saved', true]);
      await keeper.save({ n: 3 });
      assert.deepEqual(writes.at(-1).tags, ['new', 'stamp:me:3']);
    });
  }

  it('keeps the newest state if neither arrives and the page stays', async () => {
    const { keeper, writes, timers, older, newer } = await inFlight();
    newer.reject(failure(0));
    older.reject(failure(0));
    await settled();
    assert.deepEqual(timers.waits(), [2000]);
    await timers.fire();
    assert.deepEqual([writes.at(-1).body.n, writes.length, keeper.isClean], [2, 3, true]);
  });

  it('resends what was lost even if the older one was stored', async () => {
    const { writes, timers, older, newer } = await inFlight();
    older.resolve({ etag: 'old' });
    newer.reject(failure(0));
    await settled();
    await timers.fire();
    assert.deepEqual([writes.at(-1).body.n, writes.at(-1).tags], [2, ['old', 'stamp:me:2']]);
  });

  it('asks once if another tab was first', async () => {
    const { world, older, newer } = await inFlight();
    world.stored = { body: { stamp: 'other:1' }, etag: 'theirs' };
    newer.reject(failure(412));
    older.reject(failure(412));
    await settled();
    assert.equal(world.conflicts, 1);
  });

  it('tries at once while offline, without a longer wait afterwards', async () => {
    const { keeper, timers, world } = bench();
    world.answers.push(...Array.from({ length: 4 }, () => failure(0)));
    await keeper.save({ n: 1 });
    for (let hidden = 0; hidden < 3; hidden += 1) await keeper.leave();
    assert.deepEqual(timers.waits(), [2000]);
  });

  it("sends nothing over another tab's game", async () => {
    const { keeper, writes, world } = bench({ stored: { body: {}, etag: 'theirs' } });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    await keeper.save({ n: 2 });
    await keeper.leave();
    assert.equal(writes.length, 1);
  });
});
