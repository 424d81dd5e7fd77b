/** @import { PlaceProse } from './prose.js' */
/** @import { PlaceId } from '../types.js' */

const free = (/** @type {import('../types.js').State} */ s) => !!s.flags.minersFree;

/** @type {Partial<Record<PlaceId, PlaceProse>>} */
export const MINES = {
  entrance: {
    first: "You duck under the timbers of the Mine Entrance. The wind drops; the mountain's own slow breath begins.",
    again: 'The Mine Entrance: props like bent knees, rails running down into a dark you know a little better.',
    dawn: 'Behind you the mouth of the mine is a coin of rose light.',
    day: 'Daylight reaches twenty paces in and draws a line there.',
    dusk: 'The last of the sun lies along the rails, red as a warning lamp.',
    night: 'A fire burns in an iron basket. Past it there is neither sky nor wall.',
    states: [
      [free, 'The shift board has been wiped. Every name on it is chalked up as OUT.'],
      [
        (s) => !s.flags.minersFree,
        'The shift board still hangs by the door: nine names marked IN, in a hand that did not know.',
      ],
    ],
  },
  junction: {
    first:
      'Three tunnels meet at the Shaft Junction under a dead lamp. Each has a smell: crystal dust, wet fur, old smoke.',
    again: 'The Shaft Junction offers its three tunnels again, like a conjuror with cups.',
    dawn: 'A cold draught comes down from the day, and the lamp chain ticks.',
    day: 'Far above, a thread of real light has found the air shaft.',
    dusk: 'The draught turns. Now the mine breathes out.',
    night: 'Nothing down here knows that it is night, except you.',
    states: [
      [
        (s) => !!s.flags.tracksRead,
        'Now that you can read them, the tracks are plain: boots west and south, claws east.',
      ],
      [(s) => !!s.flags.runeSealed, 'The low note that lived in the rails has stopped.'],
    ],
  },
  crystal: {
    first:
      'The Crystal Cavern opens like a held breath. Blue spires lean from every wall, lit from inside by ' +
      'nothing at all.',
    again: 'The Crystal Cavern knows you: a hundred of you, upside down, look up.',
    dawn: 'The crystals are pale, as though they slept.',
    day: 'A hum runs from spire to spire and passes through your teeth.',
    dusk: 'The blue deepens until your hands are strangers.',
    night: 'They shine brightest now, with no one meant to see.',
    states: [
      [
        (s) => !s.flags.rubbleCleared,
        'South, a fall of rubble has filled the tunnel to the roof. Faintly, behind it, someone knocks.',
      ],
      [(s) => !!s.flags.rubbleCleared, 'South, the tunnel lies open through your gap in the rubble.'],
      [(s) => !s.flags.shardTaken, 'One splinter by your knee is loose in its socket.'],
    ],
  },
  passage: {
    first: 'The Dark Passage is low and wet, and it scratches. The sound stops when you stop.',
    again: 'The Dark Passage. The scratching has been waiting for you.',
    dawn: 'A few bats hang furled along the roof, muttering.',
    day: 'No light comes here. The dark has a grain, like wood.',
    dusk: 'A rush of leather wings goes over, out to the evening.',
    night: 'The scratching is nearer at this hour, and has company.',
    states: [[(s) => !!s.flags.runeSealed, 'Then you see it: one pale cricket, scratching for its supper.']],
  },
  camp: {
    first: 'The Mining Camp was left between two bites: plates half full, boots half laced, a kettle boiled to rust.',
    again: 'The Mining Camp. You find you step round the boots, as one does with sleepers.',
    dawn: 'The shift bell hangs by the tents. It should have rung now.',
    day: "Your light slides over tin cups, cards, a carved horse for someone's son.",
    dusk: 'Shadows of the tents stand up along the wall.',
    night: 'Somewhere under the floor a slow beat goes on, not quite a heart.',
    states: [
      [(s) => !s.flags.noteRead, 'A page is pinned to the tent pole with a fork.'],
      [
        (s) => !!s.flags.noteRead && !s.flags.minersFree,
        'Since you took the page, the tent at the back has begun to cough. Someone lives.',
      ],
      [free, 'The plates have been washed. It must have mattered to somebody.'],
    ],
  },
  tunnel: {
    first: 'The Collapsed Tunnel ends in a wall of broken rock. Dust still falls from it, thin as flour.',
    again: 'The Collapsed Tunnel, and its taste of stone.',
    dawn: 'Water drips from the broken roof, steady as a clock.',
    day: 'The props to either side bow under more than they were cut for.',
    dusk: 'Your light makes faces in the fall, and takes them away.',
    night: 'The rock ticks as it settles. You keep your voice low.',
    states: [
      [
        (s) => !s.flags.rubbleCleared,
        'North the rubble closes everything. Behind it: three knocks, a pause, three knocks. ' +
          'A rope about that key stone would bring it down.',
      ],
      [(s) => !!s.flags.rubbleCleared && !s.flags.minersFree, 'Through the gap you cleared, eyes blink in grey faces.'],
      [free, 'The gap stands open on to the Crystal Cavern. Nine names are scratched beside it, and yours.'],
    ],
  },
  river: {
    first:
      'The Underground River fills its cave with noise. Black water goes by at the pace of a horse, on ' +
      'business of its own.',
    again: 'The Underground River is still leaving, and still here.',
    dawn: 'A mist stands on the water, and moves upstream.',
    day: 'You shout to hear yourself. You do not.',
    dusk: 'Pale fish rise to your light with no eyes to see it.',
    night: 'The river sounds like a crowd in the next room.',
    states: [
      [(s) => !s.flags.ledgeFound, 'Beyond the worst of the current a satchel has snagged on a ledge.'],
      [(s) => !!s.flags.runeSealed, 'The water runs clearer; you can see a bottom to it.'],
    ],
  },
  deep: {
    first:
      'The Deep Chamber has no walls that your light can find. You are a spark on the floor of a very large thought.',
    again: 'The Deep Chamber receives you without remark.',
    dawn: 'A warmth comes up through the floor, and goes again.',
    day: 'High up, dust turns in a shaft of no light.',
    dusk: 'The beat under the rock is slower at this hour. It is listening.',
    night: 'You whisper. Much later, something whispers it back.',
    states: [
      [
        (s) => !s.flags.minersFree,
        "A grey disc hangs on the miners' winch, far out of reach. " +
          'The brake is a puzzle of pins that only the crew would know.',
      ],
      [
        (s) => free(s) && !s.flags.stoneTaken,
        'The Sealing Stone hangs on the winch, and now you know the trick of the brake.',
      ],
      [(s) => !!s.flags.stoneTaken, 'The winch chain hangs empty, swinging a little.'],
    ],
  },
  rune: {
    first:
      'The Rune Chamber. A sign as wide as a threshing floor is cut in the rock, and cracked across; ' +
      'from the crack comes a red, patient light.',
    again: 'The Rune Chamber. The broken sign has been awake the whole time.',
    dawn: 'The light in the crack is the red of an eyelid.',
    day: 'Your shadow lies behind you whichever way you turn.',
    dusk: 'The rune hums a note that your bones remember.',
    night: 'The light is stronger now, and it has begun to spell something.',
    states: [
      [
        (s) => !s.flags.stoneTaken,
        'At the heart of it is an empty socket, round as a plate. Something is meant to lie there.',
      ],
      [
        (s) => !!s.flags.stoneTaken && !s.flags.runeSealed,
        'The Stone pulls towards the socket like a dog towards home.',
      ],
      [(s) => !!s.flags.runeSealed, 'The crack is shut. It is only a carving now, in a quiet room.'],
    ],
  },
};
