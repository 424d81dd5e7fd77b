import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SaveKeeper } from '../../js/saves/save-keeper.js';
import { deferred, failure, fakeTimers, settled } from './helpers.js';

function bench({ etag = 'e0', stored = null } = {}) {
  const timers = fakeTimers();
  const writes = [];
  const statuses = [];
  const world = { answers: [], conflicts: 0, stored };
  const keeper = new SaveKeeper({ slot: '1', etag }, {
    timers, tab: 'me',
    write: async (slot, body, tag) => {
      writes.push({ slot, body, tag });
      const answer = world.answers.shift();
      if (answer instanceof Error) throw answer;
      return answer ? answer.promise ?? answer : { etag: `e${writes.length}` };
    },
    read: async () => {
      if (world.stored instanceof Error) throw world.stored;
      return world.stored;
    },
    onStatus: (status) => statuses.push(status),
    onConflict: () => { world.conflicts += 1; },
  });
  return { keeper, timers, writes, statuses, world };
}

describe('saving', () => {
  it('sends each state with the tag of the last answer', async () => {
    const { keeper, writes, statuses } = bench();
    await keeper.save({ n: 1 });
    await keeper.save({ n: 2 });
    assert.deepEqual(writes.map(({ tag }) => tag), ['e0', 'e1']);
    assert.equal(statuses.at(-1), 'saved');
  });

  it('has one request under way at most, and the newest state wins', async () => {
    const { keeper, writes, world } = bench();
    const slow = deferred();
    world.answers.push(slow);
    keeper.save({ n: 1 });
    keeper.save({ n: 2 });
    keeper.save({ n: 3 });
    assert.equal(writes.length, 1);
    slow.resolve({ etag: 'slow' });
    await settled();
    assert.deepEqual(writes.map(({ body }) => body.n), [1, 3]);
    assert.equal(writes[1].tag, 'slow');
    assert.equal(keeper.isClean, true);
  });
});

describe('when the server is away', () => {
  it('waits longer each time and sends the newest state in the end', async () => {
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

  it('tries at once when the network is back', async () => {
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
    assert.deepEqual(writes.map(({ body }) => body.n), [1, 2, 2]);
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
    assert.deepEqual([world.conflicts, statuses.at(-1)], [1, 'conflict']);
    await keeper.save({ n: 2 });
    assert.equal(writes.length, 1, 'nothing is written until the person has decided');
  });

  it('overwrites with the newest state once told to', async () => {
    const { keeper, writes, statuses, world } = bench({ stored: { body: {}, etag: 'theirs' } });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    await keeper.save({ n: 2 });
    await keeper.overwrite('theirs');
    assert.deepEqual([writes.at(-1).body.n, writes.at(-1).tag, statuses.at(-1)], [2, 'theirs', 'saved']);
  });

  it('moves to another slot once told to', async () => {
    const { keeper, writes, world } = bench({ stored: { body: {}, etag: 'theirs' } });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    await keeper.overwrite(null, '2');
    assert.deepEqual([writes.at(-1).slot, writes.at(-1).tag, keeper.slot], ['2', null, '2']);
  });

  it('asks nobody where the other tab was this one, its answer lost', async () => {
    const { keeper, writes, statuses, world } = bench({ stored: { body: { stamp: 'me:1' }, etag: 'mine' } });
    world.answers.push(failure(0), failure(412));
    await keeper.save({ n: 1 });
    await keeper.retryNow();
    assert.deepEqual([world.conflicts, writes.at(-1).tag, statuses.at(-1)], [0, 'mine', 'saved']);
  });

  it('asks also where the slot was emptied', async () => {
    const { keeper, world } = bench({ stored: failure(404) });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    assert.equal(world.conflicts, 1);
  });

  it('waits where it cannot be found out', async () => {
    const { keeper, timers, statuses, world } = bench({ stored: failure(0) });
    world.answers.push(failure(412));
    await keeper.save({ n: 1 });
    assert.deepEqual([world.conflicts, statuses.at(-1), timers.waits().length], [0, 'waiting', 1]);
  });
});

describe('when the slot is taken by another game', () => {
  it('gives up what was unsaved', async () => {
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
