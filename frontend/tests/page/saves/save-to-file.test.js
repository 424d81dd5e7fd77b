import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newGame, view } from '../../../js/rules/index.js';
import { packSave } from '../../../js/saves/save-file.js';
import { fileOf, gameFromFile } from '../../../js/saves/save-to-file.js';

const game = newGame({ name: 'Ash' });
const lines = [{ text: 'You wake.', tone: 'narration', turn: 1 }];
const save = packSave(game, view(game), lines);
const file = fileOf(save, new Date(0));
const changed = (change) => JSON.stringify({ ...JSON.parse(file.text), ...change });

describe('a saved game in a file', () => {
  it('comes back as it was', () => {
    assert.deepEqual(gameFromFile(file.text), { state: game, lines });
  });

  it('names its version, and has a file name that works on any system', () => {
    const { game: name, version, saved_at } = JSON.parse(file.text);
    assert.deepEqual([name, version, saved_at], ['emberpeak', 1, '1970-01-01T00:00:00.000Z']);
    assert.match(file.name, /^emberpeak-day-1-starting-tavern-level-\d\.json$/);
  });

  it("may also be in the server's format, or have a byte order mark", () => {
    const kept = JSON.stringify({ ...save, stamp: 'x:1' });
    assert.deepEqual(gameFromFile(kept), { state: game, lines });
    assert.deepEqual(gameFromFile(`\ufeff${file.text}`), { state: game, lines });
  });

  it('may come from the old game', () => {
    const found = gameFromFile(JSON.stringify({ character: { hp: 9 }, worldX: 0, worldY: 0 }));
    assert.ok('state' in found || /no adventure/.test(found.problem));
  });

  for (const [what, text, problem] of [
    ['empty', '', /cannot be read/],
    ['cut short', file.text.slice(0, 200), /cannot be read/],
    ['a picture', '\x89PNG\r\n', /cannot be read/],
    ['a list', '[1]', /cannot be read/],
    ['null', 'null', /cannot be read/],
    ['of another game', changed({ game: 'chess' }), /another game/],
    ['of a newer version', changed({ version: 2 }), /newer version/],
    ['without a state', changed({ state: null }), /no adventure/],
    ['with a state of no version', changed({ state: { ...game, version: 99 } }), /no adventure/],
    ['with a place that is none', changed({ state: { ...game, place: '__proto__' } }), /no adventure/],
  ]) {
    it(`that is ${what} is refused in a sentence`, () => {
      assert.match(gameFromFile(text).problem, problem);
    });
  }

  it('can be played and stored after somebody edited it', () => {
    const hero = { ...game.hero, name: 'A\ud800sh\0', hp: 1e99, gold: -5 };
    const found = gameFromFile(
      changed({ state: { ...game, hero }, log: [{ text: 'x\udc00', tone: 'good', turn: 1 }] }),
    );
    assert.deepEqual(
      [found.state.hero.name, found.state.hero.hp, found.state.hero.gold, found.lines[0].text],
      ['A\ufffdsh', game.hero.maxHp, 0, 'x\ufffd'],
    );
  });
});
