import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGame } from '../../js/game/game-controller.js';
import { seededDice } from '../../js/rules/index.js';

function play() {
  const turns = [];
  const game = createGame({ chance: { dice: seededDice(7) }, onTurn: (turn) => turns.push(turn) });
  return { game, turns };
}

describe('the controller', () => {
  it('opens a new game with its first lines, and something to save', () => {
    const { game, turns } = play();
    game.begin('Wren');
    assert.equal(turns[0].view.hero.name, 'Wren');
    assert.ok(turns[0].lines.length >= 2 && turns[0].changed);
  });

  it('repeats the command above its result', () => {
    const { game, turns } = play();
    game.begin('');
    game.dispatch({ type: 'look' }, 'Look');
    assert.deepEqual([turns[1].lines[0].tone, turns[1].lines[0].text], ['command', 'Look']);
  });

  it('has nothing to save after a refusal', () => {
    const { game, turns } = play();
    game.begin('');
    game.dispatch({ type: 'attack' }, 'Attack');
    assert.deepEqual([turns[1].changed, turns[1].events[0].type], [false, 'refused']);
  });

  it('resumes a game without playing a turn', () => {
    const { game, turns } = play();
    game.begin('');
    const { state, history } = turns[0];
    game.resume(state, [...history]);
    assert.deepEqual([turns[1].changed, turns[1].events.length, turns[1].lines.length], [false, 0, history.length]);
  });

  it('describes the place if a save has no log', () => {
    const { game, turns } = play();
    game.begin('');
    game.resume(turns[0].state, []);
    assert.equal(turns[1].lines[0].text, turns[1].view.place.description);
  });
});
