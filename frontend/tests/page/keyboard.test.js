import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandOf } from '../../js/game/keyboard.js';

const PLAYING = { windowOpen: false, typing: false, playing: true, letters: true };
const pressed = (key, more = {}, context = {}) => commandOf({ key, ...more }, { ...PLAYING, ...context });

describe('keys', () => {
  it('walk with arrows and WASD, also in capitals', () => {
    const ways = {
      ArrowUp: 'north',
      w: 'north',
      ArrowRight: 'east',
      d: 'east',
      ArrowDown: 'south',
      S: 'south',
      ArrowLeft: 'west',
      A: 'west',
    };
    for (const [key, direction] of Object.entries(ways)) assert.deepEqual(pressed(key), { type: 'move', direction });
  });

  it('trigger the verbs', () => {
    const verbs = { l: 'look', t: 'talk', f: 'attack', x: 'sneak', r: 'rest' };
    for (const [key, verb] of Object.entries(verbs)) assert.deepEqual(pressed(key), { type: 'verb', verb });
  });

  it('pick choices by digits', () => {
    assert.deepEqual(pressed('1'), { type: 'choice', index: 0 });
    assert.deepEqual(pressed('9'), { type: 'choice', index: 8 });
    assert.equal(pressed('0'), null);
  });

  it('do nothing behind a window, while typing, or on another screen', () => {
    assert.equal(pressed('w', {}, { windowOpen: true }), null);
    assert.equal(pressed('ArrowUp', {}, { typing: true }), null);
    assert.equal(pressed('1', {}, { playing: false }), null);
  });

  it("leave the browser's shortcuts alone, and do not repeat", () => {
    for (const held of ['ctrlKey', 'altKey', 'metaKey', 'repeat', 'isComposing'])
      assert.equal(pressed('r', { [held]: true }), null);
  });

  it('ignore single letters if they are switched off', () => {
    assert.equal(pressed('w', {}, { letters: false }), null);
    assert.equal(pressed('1', {}, { letters: false }), null);
    assert.deepEqual(pressed('ArrowUp', {}, { letters: false }), { type: 'move', direction: 'north' });
  });

  it('are not looked up in the prototype', () => {
    assert.equal(pressed('constructor'), null);
    assert.equal(pressed('__proto__'), null);
  });
});
