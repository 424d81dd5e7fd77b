import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPreferences } from '../../js/screens/preferences.js';
import { deferred, failure, settled } from './helpers.js';

function bench({ read = async () => ({}) } = {}) {
  const sent = [];
  const preferences = createPreferences({
    onChange: () => {},
    api: {
      read,
      write: (body) => {
        const answer = deferred();
        sent.push({ ...answer, body, theme: body.theme });
        return answer.promise;
      },
    },
  });
  return { preferences, sent };
}

describe('preferences', () => {
  it('send the last choice, even one made while another is being sent', async () => {
    const { preferences, sent } = bench();
    await preferences.sync();
    for (const theme of ['amber', 'parchment', 'contrast']) preferences.set({ theme });
    sent[0].resolve(undefined);
    await settled();
    assert.deepEqual(
      sent.map(({ theme }) => theme),
      ['amber', 'contrast'],
    );
    sent[1].resolve(undefined);
    await settled();
    assert.equal(sent.length, 2);
  });

  it('are sent again when the network is back, not before', async () => {
    const { preferences, sent } = bench();
    await preferences.sync();
    preferences.set({ theme: 'amber' });
    sent[0].reject(failure(0));
    await settled();
    assert.equal(sent.length, 1);
    void preferences.sync();
    assert.deepEqual(
      sent.map(({ theme }) => theme),
      ['amber', 'amber'],
    );
  });

  it('chosen while the server is away leave the other stored ones alone', async () => {
    let away = true;
    const stored = { theme: 'amber', effects: false, keys: false, oldImagesLater: true };
    const { preferences, sent } = bench({
      read: async () => {
        if (away) throw failure(0);
        return stored;
      },
    });
    await preferences.sync();
    preferences.set({ theme: 'contrast' });
    await settled();
    assert.deepEqual([preferences.now().theme, sent], ['contrast', []]);
    away = false;
    void preferences.sync();
    await settled();
    assert.deepEqual(
      sent.map(({ body }) => body),
      [{ ...stored, theme: 'contrast' }],
    );
    assert.equal(preferences.now().effects, false);
  });

  it('are read when the server is back, even if none was chosen', async () => {
    const answers = [Promise.reject(failure(0)), Promise.resolve({ theme: 'parchment' })];
    const { preferences, sent } = bench({ read: () => answers.shift() });
    await preferences.sync();
    assert.equal(preferences.now().theme, 'green');
    await preferences.sync();
    assert.deepEqual([preferences.now().theme, sent], ['parchment', []]);
  });
});
