/** @import { PlaceProse } from './prose.js' */
/** @import { PlaceId } from '../types.js' */

/** @type {Partial<Record<PlaceId, PlaceProse>>} */
export const SURFACE = {
  tavern: {
    first:
      'You shake the road from your cloak in the Starting Tavern. Low beams, a fat hearth, and a silence that ' +
      'sits down at every table where a miner used to.',
    again: 'The Starting Tavern takes you back: warm bread, wet wool, the hearth grumbling to itself.',
    dawn: 'The innkeeper rakes last night out of the grate. The lamps look pale.',
    day: 'Daylight falls through the bottle-glass in green coins.',
    dusk: 'The evening crowd drifts in, and talks about anything but the mine.',
    night: 'The shutters are barred. Faces lean close to the candles.',
    states: [
      [
        (s) => !!s.flags.minersFree,
        'There is laughter at the long table. Men who were dead last week are losing at cards.',
      ],
      [(s) => s.tally.deaths > 0, 'There is a cot by the stairs. The blanket on it still has the shape of you.'],
      [(s) => !!s.flags.fighter && !!s.flags.rogue, 'Your companions have a table by the door, packs already laced.'],
    ],
  },
  square: {
    first: 'The Town Square is a ring of crooked houses about a fountain that has not run since the mine went quiet.',
    again: 'The Town Square. The stone miner on the fountain still lifts his dry pick at the peak.',
    dawn: 'Pigeons have the cobbles to themselves.',
    day: 'People cross quickly, and do not look up at the mountain.',
    dusk: 'One by one the windows light, and one by one the shutters close on them.',
    night: 'Empty. Your own steps walk round the square behind you.',
    states: [
      [
        (s) => !!s.flags.catHome,
        'A soot-grey cat holds court on the rim of the fountain and does not acknowledge you.',
      ],
      [(s) => !!s.flags.minersFree, 'Someone has hung lanterns from every door, as for a feast day.'],
    ],
  },
  market: {
    first:
      'Market Street runs downhill between striped awnings. Half the stalls are bare; the other half shout for two.',
    again: 'Market Street, all elbows and onions, wags its awnings at you.',
    dawn: 'Barrows rattle in. The trader is already arguing with the day.',
    day: 'Coins, hens, gossip: everything here changes hands at the top of its voice.',
    dusk: 'The stalls pack slowly. Prices get tired too, if you know how to ask.',
    night: 'Hooded lanterns hang over the last few stalls. Hunger keeps no hours.',
    states: [
      [
        (s) => !!s.flags.minersFree,
        'Ore carts stand by the scales again. Everyone pretends they never stopped coming.',
      ],
      [
        (s) => !!s.flags.bridgeMended,
        'A carter has come over the mended bridge and sells apples as if he had built it.',
      ],
    ],
  },
  blacksmith: {
    first:
      "Heat leans out of the Blacksmith's door before you reach it. Inside, a forge breathes red under a " +
      'roof of chains.',
    again: "The Blacksmith's forge breathes in, breathes out. Sparks go up like startled birds.",
    dawn: 'The fire is just waking, blue at the edges.',
    day: 'The hammer keeps the time for the whole street.',
    dusk: 'Against the dark outside, the iron glows the colour of a bad idea.',
    night: 'The forge is banked, but never out. It watches with one orange eye.',
    states: [
      [
        (s) => !!s.flags.minersFree,
        'Forty picks stand in a rack by the door, sharpened for hands that will come back for them.',
      ],
    ],
  },
  gates: {
    first:
      'The City Gates are oak and iron, and open just wide enough for one. Beyond them the road goes ' +
      'down to the trees.',
    again: 'The City Gates stand ajar, as ever: wide enough to leave by, narrow enough to slam.',
    dawn: 'The bars are being lifted, each with its own groan.',
    day: 'The road beyond is bright, and quite empty.',
    dusk: 'Torches are lit along the wall. The forest is already dark.',
    night: 'The guard counts you through by lantern, out loud, as if numbers kept things off.',
    states: [
      [(s) => !!s.flags.minersFree, 'Bootprints, many, all coming home.'],
      [(s) => !!s.flags.reachedMines, 'There is mine dust on the threshold. Some of it is yours.'],
    ],
  },
  cemetery: {
    first: 'Mist lies in the Cemetery as if poured. The headstones lean together like people sharing bad news.',
    again: 'The Cemetery has not dried, or warmed, or forgotten you.',
    dawn: 'Light gets as far as the wall and thinks better of it.',
    day: 'Even at noon the yews keep their own small night.',
    dusk: 'Rooks settle. One of the graves is lower than it was.',
    night: 'Something white moves between the stones. It is only mist, you tell it.',
    states: [
      [(s) => !!s.flags.catAsked && !s.flags.catFound, 'High in the oldest yew, two green eyes consider you.'],
      [(s) => !s.flags.cryptOpen, "A mason's crypt stands by the wall, its lock furred with rust."],
      [(s) => !!s.flags.cryptOpen, "The mason's crypt stands open and empty. You shut it as well as you could."],
      [(s) => !!s.flags.runeSealed, 'For the first time there are flowers.'],
    ],
  },
  bridge: {
    first: 'The Old Bridge crosses a chasm so deep that the river in it is only a sound. Or it did cross it.',
    again: 'The Old Bridge creaks over its chasm, one long complaint in rope and timber.',
    dawn: 'The gulf is full of cloud, level as milk.',
    day: 'Swifts fly in and out beneath your boots.',
    dusk: 'The chasm fills with shadow from the bottom, like a well.',
    night: 'You cannot see the drop. Your stomach can.',
    states: [
      [
        (s) => !s.flags.bridgeMended,
        'To the south its planks are gone; two bare ropes run on to the grove. Sound boards and a steady ' +
          'hand would mend it.',
      ],
      [(s) => !!s.flags.bridgeMended, 'Your six oak boards lie pale among the old grey ones. They hold.'],
    ],
  },
  forest: {
    first: 'The Forest Path goes in under black pines. The trees stand close, and the path seems to apologise to each.',
    again: 'The Forest Path lets you in again. It is the letting out that the pines seem to weigh.',
    dawn: 'Cobwebs hold the first light at the height of your eyes.',
    day: 'A green gloom, with one bird in it, saying the same thing.',
    dusk: 'The trunks go grey, then go missing.',
    night: 'Between the trees there are pairs of lights. They blink.',
    states: [
      [
        (s) => !s.flags.reachedMines,
        'South, through a gap, the bare shoulder of Emberpeak shows, and a timbered hole in it.',
      ],
      [(s) => !!s.flags.minersFree, 'A scrap of red cloth on every tenth tree marks the way home for the crew.'],
    ],
  },
  grove: {
    first:
      'The pines step back, and you stand in a Hidden Grove of white birch about a spring. Nothing here ' +
      'is afraid of you.',
    again: 'The Hidden Grove is just as you left it, down to the bend in the grass where you stood.',
    dawn: 'Each leaf holds a bead of light, and not one falls.',
    day: 'The spring turns over pebbles, looking for one it lost.',
    dusk: 'Small lights rise from the moss and hang at the height of your heart.',
    night: 'There is a moon in the spring. There is none in the sky.',
    states: [
      [(s) => !s.flags.bridgeMended, 'North, the bare ropes of the broken bridge swing over the chasm.'],
      [(s) => !!s.flags.bridgeMended, 'North, the mended bridge leads back to the town.'],
      [
        (s) => !!s.flags.stoneTaken && !s.flags.runeSealed,
        'The Stone in your pack grows warm, as if it knew the place.',
      ],
    ],
  },
  bandits: {
    first:
      'Torn canvas, a cold fire, bones of a stolen sheep: a Bandit Camp, left in a hurry by people who do not hurry.',
    again: 'The Bandit Camp sags round its dead fire. Something has been at the bones since.',
    dawn: 'Frost on the tents. None of them has been slept in.',
    day: 'Flies work over the fire pit with great industry.',
    dusk: 'The canvas breathes in the wind like sleepers.',
    night: 'Every tent is a mouth.',
    states: [
      [(s) => !s.flags.planksTaken, 'By the cart lie six good oak planks, stolen from the bridge crew.'],
      [(s) => !s.flags.strongboxOpen, 'Under the cart: an iron strongbox, too heavy to have been carried off.'],
    ],
  },
  cave: {
    first: 'The Dark Cave is a hole in the hill with a cold breath. What light goes in does not come back.',
    again: 'The Dark Cave breathes on you. It has not brushed its teeth.',
    dawn: 'The sun shows you three steps of it, and you wish it had stopped at two.',
    day: 'Bright day behind you, none before.',
    dusk: 'Bats come out past your ears like thrown gloves.',
    night: 'Inside and outside are one black. You feel for the edge with your foot.',
    states: [
      [(s) => !s.flags.cacheFound, 'Scratches on the wall, low down: tally marks, or directions.'],
      [(s) => !!s.flags.cacheFound, 'The niche behind the scratches is bare now.'],
    ],
  },
};
