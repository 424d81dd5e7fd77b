import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createApi, mediaUrl } from '../../js/api/api.js';
import { ApiError, asApiError, createHttp, secondsOf } from '../../js/api/http.js';
import { explain, explainCall, waitWords } from '../../js/api/words.js';
import { deferred, fakeTimers, settled } from './helpers.js';

const BASE = 'http://game.example/under/';
const json = (body, init) => new Response(JSON.stringify(body), init);

describe('requests', () => {
  it('go under the prefix, with the query encoded', async () => {
    const calls = [];
    const request = createHttp({
      base: BASE,
      fetch: async (url, init) => {
        calls.push([String(url), init]);
        return json({ items: [] });
      },
    });
    await createApi(request, BASE).images.gallery('Rope (50ft) & "more"', 2);
    const url = new URL(calls[0][0]);
    assert.equal(url.pathname, '/under/api/v1/images/search');
    assert.equal(url.searchParams.get('subject_name'), 'Rope (50ft) & "more"');
  });

  it('name the versions that a save may replace, each in quotes', async () => {
    const calls = [];
    const request = createHttp({
      base: BASE,
      fetch: async (_url, init) => {
        calls.push(init.headers);
        return json({ etag: 'x' }, { headers: { ETag: '"x"' } });
      },
    });
    const { saves } = createApi(request, BASE);
    assert.deepEqual(await saves.write('1', {}, ['empty', 'stamp:a:1'], false), { etag: '"x"' });
    await saves.write('1', {}, ['"x"', 'stamp:a:2'], false);
    await saves.write('1', {}, ['W/"x"', 'stamp:a:3'], false);
    await saves.write('1', {}, ['"x-gzip"', 'stamp:a:4'], false);
    assert.deepEqual(
      calls.map((one) => one['If-Match']),
      ['"empty", "stamp:a:1"', '"x", "stamp:a:2"', 'W/"x", "stamp:a:3"', '"x-gzip", "stamp:a:4"'],
    );
  });

  it("outlive the page up to the browser's limit", async () => {
    const calls = [];
    const answers = [];
    const request = createHttp({
      base: BASE,
      fetch: async (_url, init) => {
        calls.push(init.keepalive);
        const d = deferred();
        answers.push(d);
        return d.promise;
      },
    });
    const { saves } = createApi(request, BASE);
    const save = (size) => {
      void saves.write('1', { text: '\u00e9'.repeat(size / 2) }, [], true).catch(() => null);
    };
    for (const size of [25_000, 25_000, 25_000, 5000]) save(size);
    await settled();
    assert.deepEqual(calls, [true, true, false, true], 'bytes count, and those that are under way together');
    answers[0].resolve(json({ etag: 'x' }));
    answers[1].reject(new TypeError('gone'));
    await settled();
    save(50_000);
    await settled();
    assert.equal(calls.at(-1), true);
  });

  it('turn an error body into an ApiError', async () => {
    const body = {
      status: 'error',
      code: 429,
      message: 'Slow down.',
      detail: { reason: 'rate_limit' },
      request_id: 'r',
    };
    const request = createHttp({
      base: BASE,
      fetch: async () => json(body, { status: 429, headers: { 'Retry-After': '7' } }),
    });
    await assert.rejects(request('GET', 'x'), { status: 429, reason: 'rate_limit', retryAfter: 7, trouble: 'limited' });
  });

  it('call no answer, or half an answer, offline', async () => {
    const gone = createHttp({
      base: BASE,
      fetch: async () => {
        throw new TypeError('Failed to fetch');
      },
    });
    await assert.rejects(gone('GET', 'x'), { status: 0, trouble: 'offline' });
    const half = createHttp({ base: BASE, fetch: async () => new Response('{"a":') });
    await assert.rejects(half('GET', 'x'), { status: 0 });
  });

  it('never call a bug of the page a network error', async () => {
    const faults = [
      () => {
        throw new TypeError('AbortSignal.timeout is not a function');
      },
      () => Promise.reject(new ReferenceError('x is not defined')),
    ];
    for (const fetch of faults) {
      const error = await createHttp({ base: BASE, fetch })('GET', 'x').catch((one) => one);
      assert.equal(error instanceof ApiError, false);
      assert.deepEqual(
        [asApiError(error).trouble, explainCall(asApiError(error))],
        ['own', explain(asApiError(error))],
      );
      assert.match(explain(asApiError(error)), /in the game itself/);
    }
  });

  it('have a time limit that works in old browsers and leaves no timer behind', async () => {
    const timers = fakeTimers();
    const fetch = (_url, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const request = createHttp({ base: BASE, fetch, timers });
    const asked = request('GET', 'x', { timeoutMs: 15_000 });
    await settled();
    assert.deepEqual(timers.waits(), [15_000]);
    void timers.fire();
    await assert.rejects(asked, { trouble: 'offline' });
    const quick = createHttp({ base: BASE, fetch: async () => json({}), timers });
    await quick('GET', 'x', { timeoutMs: 15_000 });
    assert.deepEqual(timers.waits(), []);
  });

  it('queue until the server knows the player, then run in parallel', async () => {
    const sent = [];
    const request = createHttp({
      base: BASE,
      fetch: (url) => {
        const d = deferred();
        sent.push({ url: String(url), ...d });
        return d.promise;
      },
    });
    const first = request('GET', 'a').catch(() => null);
    const second = request('GET', 'b');
    await settled();
    assert.equal(sent.length, 1, 'two strangers at once would become two players');
    void request('PUT', 'last', { atOnce: true });
    assert.equal(sent.length, 2, 'the page is about to go');
    sent.pop();
    sent[0].reject(new TypeError('offline'));
    await first;
    await settled();
    assert.equal(sent.length, 2);
    sent[1].resolve(json({}));
    await second;
    void request('GET', 'c');
    void request('GET', 'd');
    await settled();
    assert.equal(sent.length, 4);
  });
});

describe('a browser that keeps no cookie', () => {
  /** @param {string[]} said what the server says of the cookie, answer by answer */
  function bench(said) {
    const changes = [];
    const request = createHttp({
      base: BASE,
      fetch: async () => json({ saves: [], etag: 'x' }, { headers: { 'Player-Cookie': said.shift() } }),
      onCookies: (areKept) => changes.push(areKept),
    });
    return { saves: createApi(request, BASE).saves, changes };
  }

  for (const [what, said, expected] of [
    ['is noticed with the second answer', ['new', 'new', 'new'], [false]],
    ['is none where the cookie comes', ['new', 'known', 'known'], []],
    ['is none where the cookie was there before', ['known', 'known', 'known'], []],
    ['is none any more once it comes after all', ['new', 'new', 'known'], [false, true]],
  ]) {
    it(what, async () => {
      const { saves, changes } = bench(said);
      for (let n = 0; n < 3; n += 1) await saves.list();
      assert.deepEqual(changes, expected);
    });
  }

  it('is noticed when a save was stored for a player who will never return', async () => {
    const { saves } = bench(['new', 'new']);
    await saves.list();
    await assert.rejects(saves.write('1', {}, ['empty'], false), { trouble: 'cookies' });
  });
});

describe('Retry-After', () => {
  it('is seconds or a date', () => {
    assert.equal(secondsOf('12'), 12);
    assert.equal(secondsOf(new Date(60_000).toUTCString(), 0), 60);
    assert.deepEqual([secondsOf(null), secondsOf(''), secondsOf('soon')], [null, null, null]);
  });

  it('is described in words', () => {
    assert.deepEqual([0, 42, 600, 7200].map(waitWords), [
      'in a moment',
      'in about 42 seconds',
      'in about 10 minutes',
      'in about 2 hours',
    ]);
  });
});

describe('words for trouble', () => {
  it('name the trouble', () => {
    const of = (status, reason = null) =>
      explain(
        Object.assign(new Error('m'), {
          status,
          reason,
          trouble: status === 0 ? 'offline' : 'x',
          fields: [],
          retryAfter: null,
        }),
      );
    assert.match(of(409), /gallery is full/i);
    assert.match(of(401), /somebody else/);
    assert.match(of(0), /cannot be reached/);
    assert.match(of(500), /stumbled/);
  });
});

describe('addresses from the server', () => {
  it('stay under the prefix', () => {
    assert.equal(mediaUrl('/images/full/a.webp', BASE), 'http://game.example/under/images/full/a.webp');
  });

  it('stay under it if the server has added it already', () => {
    assert.equal(mediaUrl('/under/images/full/a.webp', BASE), 'http://game.example/under/images/full/a.webp');
  });

  it('never lead to another site', () => {
    for (const url of ['https://evil.example/a.webp', 'javascript:alert(1)', 'data:text/html,x'])
      assert.equal(mediaUrl(url, BASE), null);
    assert.equal(new URL(mediaUrl('//evil.example/a.webp', BASE) ?? '').host, 'game.example');
  });
});
