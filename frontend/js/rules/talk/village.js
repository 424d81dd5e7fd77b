/** @import { Person } from './people.js' */
import { hourOf } from '../world/clock.js';

/** @type {readonly Person[]} */
export const VILLAGE_FOLK = [
  {
    id: 'guard',
    name: 'Guard',
    at: () => 'square',
    greet: (s, m) => {
      if (s.flags.minersFree) return 'The guard salutes, notices, and turns it into scratching his ear.';
      if (s.tally.deaths > 0) return '"You are the one they carried in." The guard takes half a step back.';
      if (m.times > 0) return '"You again. Nothing to report, and I am reporting it."';
      return '"Move along," says the guard, and then, lower: "Unless you are going up there. Then stay a moment."';
    },
    topics: [
      {
        id: 'foes',
        label: 'Ask what prowls outside',
        say:
          '"Goblins that run if you hurt them. Wolves that put you on your back. Orcs. Hurt an orc and it ' +
          'only gets worse."',
        again: '"Goblins, wolves, orcs. And the graves have been restless. That is not in my pay."',
      },
      {
        id: 'mine',
        label: 'Ask why nobody has gone',
        when: (s) => !s.flags.minersFree,
        say: '"Six went. The rail carts came back." He looks at the fountain for a while.',
      },
    ],
  },
  {
    id: 'merchant',
    name: 'Merchant',
    at: (s) => (hourOf(s) === 'night' ? 'tavern' : 'square'),
    keeper: true,
    greet: (s, m) => {
      if (s.flags.minersFree) return '"My friend! My dear friend! For you, the same prices, but said warmly."';
      if (hourOf(s) === 'night')
        return 'The merchant has a pie, a pint and his sample case. "I am never closed. I am only seated."';
      if (m.times > 0) return '"Alive, and with pockets! My favourite kind of customer."';
      return (
        '"Potions," says the merchant, opening one side of his coat. "And bread," opening the other. ' +
        '"Everything between life and death."'
      );
    },
    topics: [
      {
        id: 'shop',
        label: 'See his wares',
        opens: true,
        say: 'He spreads the coat like a peacock.',
        again: 'The coat opens.',
      },
      {
        id: 'news',
        label: 'Ask for news',
        say: '"No ore, no coin; no coin, no me. If that mine stays shut I must learn to farm." He shudders.',
        again: '"The same news, with less in it."',
      },
    ],
  },
  {
    id: 'child',
    name: 'Child',
    at: (s) => (hourOf(s) === 'night' ? null : 'square'),
    greet: (s, m) => {
      if (s.flags.catHome) return "The child waves one of Cinder's paws at you. Cinder permits it.";
      if (s.flags.catFound)
        return 'The child sees the grey head sticking out of your pack, and forgets how to breathe.';
      if (s.flags.catAsked) return '"Did you find her? Did you look UP? She likes up."';
      if (m.times > 0) return 'The child is still calling under carts. "Cinder! Cin-der!"';
      return (
        'A child with one shoe tugs your sleeve. "Have you seen a cat? She is grey and she is cross and ' +
        'she is called Cinder."'
      );
    },
    topics: [
      {
        id: 'cat',
        label: 'Promise to look for the cat',
        when: (s) => !s.flags.catAsked,
        effect: 'ask-cat',
        say: '"She goes where it is quiet. Mam says where the stone people sleep. I am not allowed there."',
      },
      {
        id: 'return',
        label: 'Give Cinder back',
        when: (s) => !!s.flags.catFound && !s.flags.catHome,
        effect: 'return-cat',
        say:
          'There is a noise like a very small trumpet, and then only fur. "I saved this for you," the ' +
          'child says, and gives you a warm coin purse, and means the world by it.',
      },
      {
        id: 'father',
        label: 'Ask about the other shoe',
        when: (s) => !s.flags.minersFree,
        say: '"Da has it. He was mending it. He took it down with him so he would not forget."',
      },
      {
        id: 'shoe',
        label: 'Look at the two shoes',
        when: (s) => !!s.flags.minersFree,
        say: '"Da came home," the child says, and stamps, to show that both of them work.',
      },
    ],
  },
  {
    id: 'vendor',
    name: 'Vendor',
    at: () => 'market',
    keeper: true,
    greet: (s, m) => {
      if (s.hero.hp * 2 < s.hero.maxHp) return '"You are dripping on the onions, love. Buy something red."';
      if (m.times > 0) return '"My brave one! Eat. It costs, but eat."';
      return 'The vendor has a voice like a dropped tray. "Bread! Cheese! Bottles that close what blades open!"';
    },
    topics: [
      {
        id: 'shop',
        label: 'See the stall',
        opens: true,
        say: 'She sweeps an arm across the boards.',
        again: '"Fresh since you last asked."',
      },
      {
        id: 'mine',
        label: 'Ask about the miners',
        when: (s) => !s.flags.minersFree,
        say: '"Nine lunches I packed that day. I still wake up early to pack them."',
      },
    ],
  },
  {
    id: 'weaponsmith',
    name: 'Weaponsmith',
    at: () => 'market',
    keeper: true,
    greet: (s, m) => {
      if (s.hero.weapon === 'blade')
        return '"Ah. His work." The weaponsmith looks at your blade as at a rival\'s child.';
      if (m.times > 0) return '"Come to trade up? You will. They all do, or they stop coming."';
      return 'A narrow man lays steel out on velvet. "A dagger," he says of yours. "How intimate."';
    },
    topics: [
      {
        id: 'shop',
        label: 'See the steel',
        opens: true,
        say: 'He turns each piece so that the light runs down it.',
        again: 'The velvet unrolls.',
      },
      {
        id: 'advice',
        label: 'Ask his advice',
        say:
          '"Points for flesh. For anything without flesh, see the smith; tell him I sent you, and he will ' +
          'charge you more."',
      },
    ],
  },
  {
    id: 'trader',
    name: 'Trader',
    at: () => 'market',
    keeper: true,
    greet: (s, m) => {
      if (s.inventory.some(({ id }) => id === 'shard'))
        return 'The trader\'s nose turns toward your pack. "Something blue," she breathes.';
      if (m.times > 0) return '"Selling? Buying? Standing? Standing is free until noon."';
      return '"I buy from the living," says the trader, "and ask few questions of the rest."';
    },
    topics: [
      {
        id: 'shop',
        label: 'Trade',
        opens: true,
        say: 'Her scales come out from under her hat.',
        again: 'The scales come out again.',
      },
      {
        id: 'crystal',
        label: 'Ask what she pays best for',
        say: '"Crystal, from the cavern. One good shard, and you sleep in a bed for a week."',
      },
    ],
  },
  {
    id: 'smith',
    name: 'Smith',
    at: () => 'blacksmith',
    keeper: true,
    greet: (s, m) => {
      if (s.flags.minersFree)
        return '"Forty picks to grind," says the smith. It is the happiest you have heard a man say anything.';
      if (s.hero.weapon === 'blade')
        return 'The smith checks your edge with a thumb, grunts, and gives it back. High praise.';
      if (m.times > 0) return 'The smith nods between two blows.';
      return (
        'The smith finishes the blow before he looks up. "If it is broken, on the bench. If it is you that ' +
        'is broken, armour is on the wall."'
      );
    },
    topics: [
      {
        id: 'shop',
        label: 'See the work',
        opens: true,
        say: 'He jerks his beard at the wall.',
        again: 'The beard again.',
      },
      {
        id: 'ember',
        label: 'Ask about the red iron',
        say: '"From the deep seam, before. It holds the fire a while. Skeletons do not care for it."',
      },
    ],
  },
  {
    id: 'gateguard',
    name: 'Gate guard',
    at: () => 'gates',
    greet: (s, m) => {
      if (s.flags.minersFree)
        return (
          '"Nine in," says the gate guard, and wipes her eye with the tally stick. "First time the count ' +
          'was ever over."'
        );
      if (s.flags.reachedMines)
        return '"You came back," says the gate guard, and cuts a second notch beside your first.';
      if (m.times > 0) return '"One out," she says. "Mind it is one in, after."';
      return (
        'The gate guard cuts a notch in a stick. "I count who goes out. You would be surprised how seldom ' +
        'I do sums."'
      );
    },
    topics: [
      {
        id: 'road',
        label: 'Ask the way',
        say: '"South is the forest, and the mine under it. West lie the dead. East is the bridge, what is left of it."',
        again: '"South forest, west graves, east bridge. They do not move."',
      },
      { id: 'mercy', label: 'Ask if she sleeps', say: '"When the stick comes out even."' },
    ],
  },
];
