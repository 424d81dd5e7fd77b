import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPreferences } from '../../js/screens/preferences.js';
import { deferred, failure, settled } from './helpers.js';

function bench() {
  const sent = [];
  const preferences = createPreferences({
    onChange: () => {},
    api: {
      read: async () => ({}),
      write: (body) => {
        const answer = deferred();
        sent.push({ ...answer, theme: body.theme });
        return answer.promise;
      },
    },
  });
  return { preferences, sent };
}

describe('preferences', () => {
  it('send the last choice, also one made while another was being sent', async () => {
    const { preferences, sent } = bench();
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

  it('are sent again when the network is back, and not before', async () => {
    const { preferences, sent } = bench();
    preferences.set({ theme: 'amber' });
    sent[0].reject(failure(0));
    await settled();
    assert.equal(sent.length, 1);
    void preferences.send();
    assert.deepEqual(
      sent.map(({ theme }) => theme),
      ['amber', 'amber'],
    );
  });
});
