import assert from 'node:assert/strict';
import test from 'node:test';

import { originOf } from '../../js/items/origin.js';

const NOON = '2026-11-30T12:00:00Z';

for (const [model, words] of [
  ['pixel-artist', 'Painted here, 30 Nov 2026'],
  ['gemini-2.5-flash-image', 'Made by a model, 30 Nov 2026'],
  ['legacy', 'Moved in from the old game, 30 Nov 2026'],
])
  test(`an image of ${model} says so`, () => {
    assert.equal(originOf({ model_used: model, created_at: NOON }), words);
  });

test('a date that is missing or no date is left out', () => {
  assert.equal(originOf({ model_used: 'pixel-artist', created_at: null }), 'Painted here');
  assert.equal(originOf({ model_used: 'pixel-artist', created_at: 'soon' }), 'Painted here');
});
