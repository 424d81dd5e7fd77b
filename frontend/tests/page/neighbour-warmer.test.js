import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NeighbourWarmer, STILL_MS } from '../../js/scene/neighbour-warmer.js';
import { deferred, failure, fakeTimers, settled } from './helpers.js';

const at = (location) => ({ location, time_of_day: 'day', weather: 'clear' });
const painting = { id: 1, url: '/a', served: 'generated' };

function warmer(warm = async () => painting) {
  const timers = fakeTimers();
  const asked = [];
  const state = { online: true };
  const made = new NeighbourWarmer({
    timers,
    isOnline: () => state.online,
    warm: (scene) => {
      asked.push(scene.location);
      return warm(scene);
    },
  });
  return { made, timers, asked, state };
}

describe('the pictures around', () => {
  it("are requested when the place's own has arrived and the player stands still", async () => {
    const { made, timers, asked } = warmer();
    made.stand(at('A'), [at('B'), at('C')]);
    assert.deepEqual(timers.waits(), []);
    made.arrived(at('A'));
    assert.deepEqual(timers.waits(), [STILL_MS]);
    await timers.fire();
    assert.deepEqual(asked, ['B', 'C']);
  });

  it('are requested one at a time', async () => {
    const gates = [deferred(), deferred()];
    let call = 0;
    const { made, timers, asked } = warmer(() => {
      call += 1;
      return gates[call - 1].promise;
    });
    made.stand(at('A'), [at('B'), at('C')]);
    made.arrived(at('A'));
    await timers.fire();
    assert.deepEqual(asked, ['B']);
    gates[0].resolve(painting);
    await settled();
    assert.deepEqual(asked, ['B', 'C']);
  });

  it('stop when the player walks on', async () => {
    const gate = deferred();
    const { made, timers, asked } = warmer(() => gate.promise);
    made.stand(at('A'), [at('B'), at('C')]);
    made.arrived(at('A'));
    made.stand(at('D'), [at('E')]);
    await timers.fire();
    assert.deepEqual(asked, []);
    made.arrived(at('D'));
    await timers.fire();
    made.stand(at('A'), [at('B'), at('C')]);
    gate.resolve(painting);
    await settled();
    assert.deepEqual(asked, ['E'], 'not B while A is only being passed');
    await timers.fire();
    assert.deepEqual(asked, ['E', 'B', 'C']);
  });

  it('are never requested twice in a session', async () => {
    const { made, timers, asked } = warmer();
    made.arrived(at('B'));
    made.stand(at('A'), [at('B'), at('C')]);
    made.arrived(at('A'));
    await timers.fire();
    made.stand(at('C'), [at('A'), at('B'), at('D')]);
    await timers.fire();
    assert.deepEqual(asked, ['C', 'D']);
  });

  it('stop at any error or stand-in until the next move', async () => {
    for (const answer of [
      async () => {
        throw failure(429);
      },
      async () => {
        throw failure(0);
      },
      async () => ({ ...painting, id: null, served: 'placeholder' }),
    ]) {
      const { made, timers, asked } = warmer(answer);
      made.stand(at('A'), [at('B'), at('C')]);
      made.arrived(at('A'));
      await timers.fire();
      made.arrived(at('A'));
      await timers.fire();
      assert.deepEqual(asked, ['B']);
      made.stand(at('Z'), [at('B')]);
      made.arrived(at('Z'));
      await timers.fire();
      assert.deepEqual(asked, ['B', 'B']);
    }
  });

  it("are not requested offline or off the game's screen", async () => {
    const { made, timers, asked, state } = warmer();
    state.online = false;
    made.stand(at('A'), [at('B')]);
    made.arrived(at('A'));
    await timers.fire();
    state.online = true;
    made.stand(at('C'), [at('D')]);
    made.arrived(at('C'));
    made.rest();
    await timers.fire();
    assert.deepEqual(asked, []);
  });
});
