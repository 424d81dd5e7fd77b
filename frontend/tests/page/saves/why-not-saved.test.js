import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asApiError } from '../../../js/api/http.js';
import { noCookies } from '../../../js/api/api.js';
import { wordsAtTheTitle, whyNotSaved } from '../../../js/saves/why-not-saved.js';
import { failure } from '../helpers.js';

/** @type {[string, string, import('../../../js/api/http.js').ApiError|undefined, RegExp][]} */
const STATES = [
  ['cookies refused', 'waiting', noCookies(), /keeps no cookie/],
  ['storage full', 'waiting', failure(507), /no room left/],
  ['server away', 'waiting', failure(0), /does not answer/],
  ['server failing', 'waiting', failure(503), /cannot save just now \(error 503\)/],
  ['asked too often', 'waiting', failure(429), /too often/],
  ['its own version refused', 'waiting', failure(412), /its own last version/],
  ['refused', 'refused', failure(413), /refuses this save \(error 413\)/],
  ['conflict', 'conflict', undefined, /holds something else/],
  ['own fault', 'waiting', asApiError(new TypeError('x is not a function')), /itself has a fault/],
];

describe('why a game is not saved', () => {
  for (const [state, status, error, words] of STATES) {
    it(`is explained: ${state}`, () => {
      assert.match(whyNotSaved(status, error), words);
      assert.match(whyNotSaved(status, error), /to a file/);
    });
  }

  it('has one sentence for each state', () => {
    assert.equal(new Set(STATES.map(([, status, error]) => whyNotSaved(status, error))).size, STATES.length);
  });

  it('is empty if the game is saved', () => {
    assert.deepEqual([whyNotSaved('saved'), whyNotSaved('saving')], ['', '']);
  });

  it('counts all slots in use as no room', () => {
    assert.match(whyNotSaved('refused', failure(409, { reason: 'slots_full' })), /no room left/);
    assert.match(whyNotSaved('refused', failure(429, { reason: 'client_bytes' })), /no room left/);
  });

  it('appears at the title too, and never blames the network for a bug of the page', () => {
    const told = ['away', 'failing', 'broken'].map((server) => wordsAtTheTitle(server, true));
    assert.equal(new Set(told).size, 3);
    assert.match(told[2], /itself has a fault/);
    assert.match(wordsAtTheTitle('here', false), /keeps no cookie/);
    assert.equal(wordsAtTheTitle('here', true), '');
  });
});
