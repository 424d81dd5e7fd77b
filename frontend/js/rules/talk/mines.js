/** @import { Person } from './people.js' */

/** @type {readonly Person[]} */
export const MINE_FOLK = [
  {
    id: 'outsiders',
    name: 'Miners outside',
    at: () => 'entrance',
    greet: (s, m) => {
      if (s.flags.minersFree)
        return "The men at the fire make room for you without a word. One of them has his son's shoe on his knee.";
      if (s.flags.noteRead)
        return '"That is Wat\'s hand," says one, over the note. "Then there are some alive. Rope. Have you got rope?"';
      if (m.times > 0) return 'They look up, count you, and look down again.';
      return (
        'Three miners sit by a basket of fire. "We got out," says one, as if to a judge. "The rest did ' +
        'not. We go in a little further each day. It is not far enough."'
      );
    },
    topics: [
      {
        id: 'way',
        label: 'Ask for the way down',
        say:
          '"Junction first. West is crystal, east is where the scratching is. Straight on is camp. The ' +
          'fall is west of that."',
        again: '"Junction. Camp. Then west. You will hear them, if you hear them."',
      },
      {
        id: 'corrupted',
        label: 'Ask about the ones who turned',
        say:
          '"Some dug by the red light. They are still digging. If you meet Tom, tie him up, do not kill ' +
          'him. A rope will hold him."',
      },
    ],
  },
  {
    id: 'miner',
    name: 'Miner',
    at: (s) => (s.flags.minersFree ? 'entrance' : 'junction'),
    greet: (s, m) => {
      if (s.flags.minersFree) return '"I can hear myself think," says the old miner. "I had forgotten how dull it is."';
      if (s.flags.rubbleCleared) return '"I felt that come down! Go and talk to them, then, what are you here for?"';
      if (m.times > 0) return '"Still here," says the miner. "Someone has to mind the lamp."';
      return 'An old miner sits under the dead lamp with his hand on it. "If I leave, it is just a hole," he says.';
    },
    topics: [
      {
        id: 'knock',
        label: 'Ask what he has heard',
        say: '"Knocking, from the west fall. Threes. That is Garrett, he never could count further."',
        again: '"Threes. Slower than yesterday."',
      },
      {
        id: 'rope',
        label: 'Ask how to shift the fall',
        when: (s) => !s.flags.rubbleCleared,
        say: '"Find the key stone, get a rope round it, pull from the camp side, and jump. The jump matters."',
      },
    ],
  },
  {
    id: 'survivor',
    name: 'Survivor',
    at: (s) => (s.flags.noteRead ? (s.flags.minersHome ? 'entrance' : 'camp') : null),
    greet: (s, m) => {
      if (s.flags.minersFree)
        return '"You took me at my word," says Wat. "It was a bad word, badly spelled. Thank you."';
      if (m.times > 0) return 'Wat lifts his head from the blankets. "Are they out? No. I can hear them. No."';
      return (
        'A man lies in the last tent with his leg splinted to a shovel. "You read it," he whispers. "I am ' +
        'Wat. I pinned it there before I could not walk."'
      );
    },
    topics: [
      {
        id: 'others',
        label: 'Ask about the others',
        say: '"West. Behind the fall. Garrett and eight. They had water, if the water stayed sweet."',
        again: '"West, behind the fall. You will need the rope."',
      },
      {
        id: 'rune',
        label: 'Ask about the singing',
        say:
          '"We broke through to a room with a sign in it. Our drill went across it like chalk. Then the ' +
          'light came, and then it sang, and some of us sang back."',
      },
    ],
  },
  {
    id: 'trapped',
    name: 'Trapped miners',
    at: (s) => (s.flags.minersHome ? null : 'tunnel'),
    effect: 'rescue',
    greet: (s) => {
      if (s.flags.minersFree) return 'They hold on to your sleeves, your pack, each other. No one has yet let go.';
      if (s.flags.rubbleCleared)
        return (
          '"Light," says someone. "That is light." One by one they come through the gap on their bellies, ' +
          'grey as bread: seven, eight, nine.'
        );
      return (
        'You put your mouth to a crack. A scrabble; then voices, all at once, with no words in them. They ' +
        'are alive, and there is no way to them but through.'
      );
    },
    topics: [
      {
        id: 'hold',
        label: 'Tell them to hold on',
        when: (s) => !s.flags.rubbleCleared,
        say: '"We were going to anyway," says the rock.',
      },
    ],
  },
  {
    id: 'garrett',
    name: 'Foreman Garrett',
    at: (s) => (s.flags.minersHome ? 'entrance' : 'tunnel'),
    effect: 'rescue',
    greet: (s, m) => {
      if (s.flags.stoneTaken)
        return (
          '"You have got it off the winch. I will say it once: run, if it goes wrong. We would sooner dig ' +
          'than bury."'
        );
      if (s.flags.minersHome)
        return 'Foreman Garrett is counting heads again. He does it every few minutes. It is always nine.';
      if (s.flags.minersFree) return '"Nine," says Garrett. "All nine." He cannot seem to get past it.';
      if (s.flags.rubbleCleared)
        return (
          'The last through the gap is a square man with no voice left. "Foreman Garrett," he croaks. "You ' +
          'took your time. Bless you for it." Behind him stand eight more.'
        );
      if (m.times > 0) return 'Three knocks, at once. "Is that you with the rope?" says the rock.';
      return (
        'A dry voice comes through the stones. "Garrett. Nine of us. Do not dig, it slides. Get a rope on ' +
        'the key stone and pull."'
      );
    },
    topics: [
      {
        id: 'men',
        label: 'Ask how the men are',
        when: (s) => !s.flags.rubbleCleared,
        say: '"Thirsty. Polite about it. Young Perkin has started to sing hymns, so be quick."',
        again: '"Still nine," says the rock. "Still hymns."',
      },
      {
        id: 'stone',
        label: 'Ask about the Stone on the winch',
        when: (s) => !!s.flags.minersFree && !s.flags.stoneTaken,
        say:
          '"Deep Chamber. Pull the second pin, then the first, then kick it. And mind: we hung it there ' +
          'because a thing in the wall kept looking at it."',
        again: '"Second pin, first pin, kick. South of the camp."',
      },
      {
        id: 'rune',
        label: 'Ask about the rune',
        when: (s) => !!s.flags.minersFree,
        say:
          '"My drill, my order, my sign to mend. I would go, but my legs will not." He looks at you, and ' +
          'does not ask.',
      },
      {
        id: 'window',
        label: 'Mention the tavern window',
        when: (s, m) => !!s.flags.minersFree && m.times > 1,
        say: 'Garrett laughs until he must sit down. "Nine days in the dark, and she remembers the window."',
      },
    ],
  },
];
