import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newGame, view } from '../../../js/rules/index.js';
import { labelOf, latest, packSave, slotList, unpackSave } from '../../../js/saves/save-file.js';

const game = newGame({ name: '<img src=x onerror=alert(1)>' });
const line = (text, tone = 'narration') => ({ text, tone, turn: 1 });

describe('a save', () => {
  it('comes back as it was, with the end of the log', () => {
    const lines = Array.from({ length: 100 }, (_, n) => line(`line ${n}`));
    const saved = unpackSave(JSON.parse(JSON.stringify(packSave(game, view(game), lines))));
    assert.deepEqual(saved?.state, game);
    assert.deepEqual([saved?.lines.length, saved?.lines.at(-1)?.text], [60, 'line 99']);
  });

  it('stays far below what the server takes', () => {
    const long = Array.from({ length: 300 }, () => line('x'.repeat(400)));
    assert.ok(JSON.stringify(packSave(game, view(game), long)).length < 60_000);
  });

  it('is labelled by day, place and level', () => {
    assert.equal(labelOf(view(game)), 'Day 1, Starting Tavern, level 3');
  });

  it('is rejected if it is no game, as is a log that is none', () => {
    for (const body of [null, {}, { state: 5 }, { state: { version: 99 } }]) assert.equal(unpackSave(body), null);
    const odd = unpackSave({
      state: game,
      log: [line('kept'), { text: 5, tone: 'good' }, line('x', 'evil"tone'), null],
    });
    assert.deepEqual(
      odd?.lines.map(({ text }) => text),
      ['kept'],
    );
  });
});

describe('the slots', () => {
  const saves = [
    { slot: '3', updated_at: '2026-01-02T00:00:00Z' },
    { slot: '1', updated_at: '2026-01-03T00:00:00Z' },
  ];

  it('include the empty ones', () => {
    assert.deepEqual(
      slotList(saves, ['1', '2', '3']).map(({ slot, save }) => [slot, save !== null]),
      [
        ['1', true],
        ['2', false],
        ['3', true],
      ],
    );
  });

  it('continue with the most recent one', () => {
    assert.equal(latest(saves)?.slot, '1');
    assert.equal(latest([]), null);
  });
});
