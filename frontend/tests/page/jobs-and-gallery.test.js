import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GalleryModel } from '../../js/items/gallery-model.js';
import { createJobs } from '../../js/items/generation-jobs.js';
import { deferred, failure, settled } from './helpers.js';

describe('a new picture', () => {
  it('is requested once, however often the player presses', async () => {
    const answer = deferred();
    let calls = 0;
    const seen = [];
    const jobs = createJobs({
      generate: () => {
        calls += 1;
        return answer.promise;
      },
      onChange: (name, outcome) => seen.push([name, outcome?.picture?.id ?? null]),
    });
    const order = { name: 'Dagger', prompt: 'A dagger.', style: '' };
    void jobs.start(order);
    assert.equal(await jobs.start(order), false);
    assert.deepEqual([calls, jobs.isRunning('Dagger'), jobs.isRunning('Torch')], [1, true, false]);
    answer.resolve({ id: 7 });
    await settled();
    assert.deepEqual(
      [seen, jobs.isRunning('Dagger')],
      [
        [
          ['Dagger', null],
          ['Dagger', 7],
        ],
        false,
      ],
    );
  });

  it('can be requested again after a failure', async () => {
    const outcomes = [];
    const jobs = createJobs({
      generate: async () => {
        throw failure(429);
      },
      onChange: (_name, outcome) => outcomes.push(outcome?.error?.status),
    });
    await jobs.start({ name: 'Dagger', prompt: '', style: '' });
    await jobs.start({ name: 'Dagger', prompt: '', style: '' });
    assert.deepEqual(outcomes, [undefined, 429, undefined, 429]);
  });
});

function gallery(images) {
  const states = [];
  const news = [];
  const model = new GalleryModel({
    images: {
      gallery: async (name, page) => ({ items: [{ id: 1, name }], page, page_size: 6, total: 1, total_pages: 1 }),
      ...images,
    },
    onChange: (state) => states.push({ ...state, busy: [...state.busy] }),
    onNews: (text, undo) => news.push({ text, undo }),
  });
  return { model, states, news };
}

describe('the gallery', () => {
  it('drops the answer for an item whose window is closed', async () => {
    const slow = deferred();
    const { model, states } = gallery({
      gallery: (name) =>
        name === 'Dagger'
          ? slow.promise
          : Promise.resolve({ items: [{ id: 2 }], page: 1, page_size: 6, total_pages: 1 }),
    });
    void model.open('Dagger');
    await model.open('Torch');
    slow.resolve({ items: [{ id: 1 }], page: 1, page_size: 6, total_pages: 1 });
    await settled();
    assert.equal(states.at(-1).page.items[0].id, 2);
  });

  it('can undo a deletion', async () => {
    const calls = [];
    const { model, news } = gallery({
      remove: async (id) => calls.push(`delete ${id}`),
      restore: async (id) => calls.push(`restore ${id}`),
    });
    await model.open('Dagger');
    await model.remove({ id: 1 });
    news[0].undo();
    await settled();
    assert.deepEqual([calls, news.at(-1).text], [['delete 1', 'restore 1'], 'The picture is back.']);
  });

  it('says so if a picture belongs to another player', async () => {
    const { model, news } = gallery({
      remove: async () => {
        throw failure(401);
      },
    });
    await model.open('Dagger');
    await model.remove({ id: 1 });
    assert.match(news[0].text, /somebody else/);
    assert.equal(news[0].undo, undefined);
  });

  it('changes a picture one step at a time', async () => {
    const slow = deferred();
    let calls = 0;
    const { model } = gallery({
      star: () => {
        calls += 1;
        return slow.promise;
      },
    });
    await model.open('Dagger');
    void model.star({ id: 1 });
    void model.star({ id: 1 });
    assert.equal(calls, 1);
  });

  it('goes back a page when the last picture of a page is deleted', async () => {
    const asked = [];
    const { model } = gallery({
      gallery: async (_name, page) => {
        asked.push(page);
        return { items: page === 1 ? [{ id: 1 }] : [], page, page_size: 6, total: 1, total_pages: 1 };
      },
    });
    await model.open('Dagger');
    await model.load(2);
    assert.deepEqual(asked, [1, 2, 1]);
  });

  it('restores everything that was deleted, newest first', async () => {
    const restored = [];
    const { model, news } = gallery({ remove: async () => {}, restore: async (id) => restored.push(id) });
    await model.open('Dagger');
    await model.remove({ id: 1 });
    await model.remove({ id: 2 });
    news.at(-1).undo();
    await settled();
    news.at(-1).undo();
    await settled();
    assert.deepEqual([restored, news.at(-1).undo], [[2, 1], undefined]);
  });

  it('shows the page requested last, whichever answer comes last', async () => {
    const asked = [];
    const { model, states } = gallery({
      star: async () => {},
      gallery: (_name, page) => {
        const answer = deferred();
        asked.push({
          page,
          answer: () => answer.resolve({ items: [{ id: page }], page, page_size: 6, total_pages: 9 }),
        });
        return answer.promise;
      },
    });
    void model.open('Dagger');
    asked[0].answer();
    await settled();
    void model.load(2);
    void model.star({ id: 1 });
    await settled();
    for (const { answer } of [...asked].reverse()) answer();
    await settled();
    assert.deepEqual([asked.map(({ page }) => page), states.at(-1).page.page], [[1, 2, 2], 2]);
    void model.load(3);
    void model.load(2);
    for (const { answer } of [...asked].reverse()) answer();
    await settled();
    assert.equal(states.at(-1).page.page, 2);
  });
});
