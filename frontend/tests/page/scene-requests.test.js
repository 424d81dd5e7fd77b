import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SceneRequests } from '../../js/scene/scene-requests.js';
import { deferred, failure, fakeTimers, settled } from './helpers.js';

const TAVERN = { location: 'Starting Tavern', time_of_day: 'day', weather: 'clear' };
const SQUARE = { location: 'Town Square', time_of_day: 'day', weather: 'clear' };
const painting = (name, more = {}) => ({
  id: 1,
  url: `/images/full/${name}.webp`,
  alt_text: name,
  served: 'generated',
  retryAfter: null,
  ...more,
});

function bench() {
  const timers = fakeTimers();
  const asked = [];
  const shown = [];
  const notes = [];
  const requests = new SceneRequests({
    timers,
    generate: (scene) => {
      const answer = deferred();
      asked.push({ scene, ...answer });
      return answer.promise;
    },
    previewUrl: ({ location }) => `preview:${location}`,
    mediaUrl: (url) => (url.startsWith('/') ? `base${url}` : null),
    onPicture: (one) => shown.push(`${one.kind} ${one.url}`),
    onNote: (note) => notes.push(note),
  });
  return { requests, timers, asked, shown, notes };
}

describe('walking about', () => {
  it('shows a sketch at once and the painting when it comes', async () => {
    const { requests, asked, shown, notes } = bench();
    requests.look(TAVERN);
    assert.deepEqual(shown, ['sketch preview:Starting Tavern']);
    asked[0].resolve(painting('tavern'));
    await settled();
    assert.equal(shown.at(-1), 'painting base/images/full/tavern.webp');
    assert.equal(notes.at(-1), '');
  });

  it('never lets a late answer replace the picture of another place', async () => {
    const { requests, asked, shown } = bench();
    requests.look(TAVERN);
    requests.look(SQUARE);
    asked[0].resolve(painting('tavern'));
    await settled();
    assert.equal(shown.at(-1), 'sketch preview:Town Square');
  });

  it('uses a late answer without paying again', async () => {
    const { requests, asked, shown } = bench();
    requests.look(TAVERN);
    requests.look(SQUARE);
    asked[0].resolve(painting('tavern'));
    await settled();
    requests.look(TAVERN);
    assert.equal(asked.length, 2);
    assert.equal(shown.at(-1), 'painting base/images/full/tavern.webp');
  });

  it('has one request a scene in flight, however often the player returns', async () => {
    const { requests, asked, shown } = bench();
    for (const scene of [TAVERN, SQUARE, TAVERN, SQUARE, TAVERN]) requests.look(scene);
    assert.equal(asked.length, 2);
    asked[0].resolve(painting('tavern'));
    await settled();
    assert.equal(shown.at(-1), 'painting base/images/full/tavern.webp');
  });

  it('requests an unchanged scene once', () => {
    const { requests, asked, shown } = bench();
    requests.look(TAVERN);
    requests.look({ ...TAVERN });
    assert.deepEqual([asked.length, shown.length], [1, 1]);
  });

  it('requests again when the hour or the weather changes', () => {
    const { requests, asked } = bench();
    requests.look(TAVERN);
    requests.look({ ...TAVERN, time_of_day: 'dusk' });
    requests.look({ ...TAVERN, time_of_day: 'dusk', weather: 'fog' });
    assert.equal(asked.length, 3);
  });
});

describe('when there is no painting', () => {
  it('says why and when, and tries again after Retry-After', async () => {
    const { requests, timers, asked, notes, shown } = bench();
    requests.look(TAVERN);
    asked[0].reject(failure(429, { retryAfter: 42, reason: 'rate_limit' }));
    await settled();
    assert.match(notes.at(-1), /breather.*in about 42 seconds/);
    assert.deepEqual(timers.waits(), [42_000]);
    await timers.fire();
    asked[1].resolve(painting('tavern'));
    await settled();
    assert.equal(shown.at(-1), 'painting base/images/full/tavern.webp');
    assert.equal(notes.at(-1), '');
  });

  it('does not retry for a place that the hero has left', async () => {
    const { requests, timers, asked } = bench();
    requests.look(TAVERN);
    asked[0].reject(failure(503, { retryAfter: 5 }));
    await settled();
    requests.look(SQUARE);
    await timers.fire();
    assert.equal(asked.length, 2);
  });

  it('does not show a failure of another place', async () => {
    const { requests, timers, asked, notes } = bench();
    requests.look(TAVERN);
    requests.look(SQUARE);
    const before = notes.length;
    asked[0].reject(failure(500));
    await settled();
    assert.deepEqual([notes.length, timers.waits()], [before, []]);
  });

  it('retries at once when the network is back', async () => {
    const { requests, asked, notes } = bench();
    requests.look(TAVERN);
    asked[0].reject(failure(0));
    await settled();
    assert.match(notes.at(-1), /cannot be reached/);
    requests.retryNow();
    assert.equal(asked.length, 2);
  });

  it('shows the place at another hour if there is no sketch either', async () => {
    const { requests, asked, shown, notes } = bench();
    requests.look(TAVERN);
    asked[0].resolve(painting('tavern'));
    await settled();
    requests.look({ ...TAVERN, time_of_day: 'night' });
    asked[1].reject(failure(0));
    await settled();
    assert.equal(shown.at(-1), 'stand-in base/images/full/tavern.webp');
    assert.match(notes.at(-1), /another hour.*Trying again/);
  });

  it('waits longer each time if the server names no time', async () => {
    const { requests, timers, asked } = bench();
    requests.look(TAVERN);
    const waits = [];
    for (let i = 0; i < 5; i += 1) {
      asked[i].reject(failure(500));
      await settled();
      waits.push(...timers.waits());
      await timers.fire();
    }
    assert.deepEqual(waits, [5000, 15_000, 30_000, 60_000, 60_000]);
  });

  it('is not rushed by a server that says one second each time', async () => {
    const { requests, timers, asked } = bench();
    requests.look(TAVERN);
    const waits = [];
    for (let i = 0; i < 4; i += 1) {
      asked[i].resolve(painting('x', { served: 'placeholder', id: null, retryAfter: 1 }));
      await settled();
      waits.push(...timers.waits());
      await timers.fire();
    }
    assert.deepEqual(waits, [5000, 15_000, 30_000, 60_000]);
  });

  it('does not retry if the painter refuses the words', async () => {
    const { requests, timers, asked } = bench();
    requests.look(TAVERN);
    asked[0].reject(failure(422, { reason: 'safety' }));
    await settled();
    assert.deepEqual(timers.waits(), []);
  });

  it('refuses a picture from another site', async () => {
    const { requests, asked, shown } = bench();
    requests.look(TAVERN);
    asked[0].resolve(painting('x', { url: 'https://elsewhere.example/x.webp' }));
    await settled();
    assert.equal(shown.length, 1);
  });
});

describe('stand-ins', () => {
  for (const [served, id] of [
    ['stale', 3],
    ['near', 4],
    ['placeholder', null],
  ]) {
    it(`shows one that is ${served}, says so, and asks for the real one later`, async () => {
      const { requests, timers, asked, shown, notes } = bench();
      requests.look(TAVERN);
      asked[0].resolve(painting('old', { served, id, retryAfter: 20, reason: 'daily_limit' }));
      await settled();
      assert.equal(shown.at(-1), 'stand-in base/images/full/old.webp');
      assert.match(notes.at(-1), /All of today's pictures.*in about 20 seconds/);
      await timers.fire();
      asked[1].resolve(painting('tavern'));
      await settled();
      assert.equal(shown.at(-1), 'painting base/images/full/tavern.webp');
    });
  }

  it("is the scene's own picture, without a note, if the local painter makes them all", async () => {
    const { requests, timers, asked, shown, notes } = bench();
    requests.look(TAVERN);
    const answer = { served: 'placeholder', id: null, provider: 'pixel', retryAfter: 20, reason: 'rate_limit' };
    asked[0].resolve(painting('tavern', answer));
    await settled();
    assert.equal(shown.at(-1), 'painting base/images/full/tavern.webp');
    assert.deepEqual([notes.at(-1), timers.waits()], ['', []]);
    requests.look(SQUARE);
    assert.equal(notes.at(-1), '', 'and the sketch of the next place is what will be painted');
  });

  it('has a note if a model makes the pictures', async () => {
    const { requests, asked, notes } = bench();
    requests.look(TAVERN);
    asked[0].resolve(painting('x', { served: 'placeholder', id: null, provider: 'gemini', retryAfter: 20 }));
    await settled();
    assert.match(notes.at(-1), /A sketch of this place/);
  });
});
