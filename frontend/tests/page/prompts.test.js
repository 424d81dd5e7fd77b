import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ITEM_IDS } from '../../js/rules/index.js';
import { iconOf } from '../../js/items/item-icons.js';
import { promptOf, cutToMax, lengthOf, wholePrompt } from '../../js/items/prompts.js';

describe('the whole prompt', () => {
  it('is the prompt alone without a style', () => {
    assert.equal(wholePrompt('A rope.', '  \n '), 'A rope.');
  });

  it('is what the server makes of prompt and style', () => {
    assert.equal(wholePrompt('A rope.', '  etched \n in   copper '), 'A rope. Style: etched in copper');
    assert.equal(wholePrompt('A rope', 'etched'), 'A rope. Style: etched');
    assert.equal(wholePrompt('Is it a rope?', 'etched'), 'Is it a rope? Style: etched');
  });
});

describe('the length of a style', () => {
  it('is counted in characters', () => {
    assert.equal(lengthOf('🔥漢字'), 3);
    assert.equal(cutToMax('🔥'.repeat(201)), '🔥'.repeat(200));
    assert.equal(cutToMax('x'.repeat(200)), 'x'.repeat(200));
  });
});

describe('each item', () => {
  for (const id of ITEM_IDS) {
    it(`${id} has a prompt that the server takes, and a drawing`, () => {
      const whole = wholePrompt(promptOf(id), 'x'.repeat(200));
      assert.ok(promptOf(id).length >= 10 && whole.length <= 1000);
      assert.ok(iconOf(id).length === 10 && iconOf(id).every((row) => row.length === 10), 'ten rows of ten');
    });
  }
});
