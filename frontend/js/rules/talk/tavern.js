/** @import { Person } from './people.js' */

/** @type {readonly Person[]} */
export const TAVERN_FOLK = [
  {
    id: 'fighter',
    name: 'Fighter',
    at: () => 'tavern',
    greet: (s, m) => {
      if (s.flags.runeSealed) return '"Well," says the Fighter, "that is that, then."';
      if (s.flags.stoneTaken) return '"You have it. I can feel my fillings hum. Let us go and be done."';
      if (s.flags.minersFree)
        return 'The Fighter raises her cup. "Nine out. My brother\'s boy was the fourth. I do not forget fours."';
      if (s.tally.deaths > 0 && s.flags.fighter)
        return '"I carried you up the whole of that hill," says the Fighter. "Eat less, or die less."';
      if (s.flags.fighter) return '"Lead," says the Fighter, already standing. "I walk on your left."';
      if (m.times > 0) return '"Still thinking?" The Fighter has not moved, except to finish her ale.';
      return (
        'A broad woman with a notched shield looks you over. "Bryn. I fight. You have the face of someone ' +
        'about to ask me to."'
      );
    },
    topics: [
      {
        id: 'join',
        label: 'Come with me to the mine',
        when: (s) => !s.flags.fighter,
        effect: 'join-fighter',
        say: '"Nine men down there and a town that looks at its boots. Yes. I will come." She buckles on the shield.',
      },
      {
        id: 'shield',
        label: 'Ask about the notches',
        say: '"One for each time I should have run." You count eleven.',
        again: '"Eleven," says Bryn. "Do not make it twelve."',
      },
      {
        id: 'foes',
        label: 'Ask how to fight what is below',
        when: (s) => !!s.flags.fighter,
        say:
          '"Bones laugh at a point; bring an edge. Shadows cannot bear fire. And if a thing is slow, do ' +
          'not be there when it lands."',
        again: '"An edge for bones. Fire for shadows. Feet for the slow ones."',
      },
    ],
  },
  {
    id: 'rogue',
    name: 'Rogue',
    at: () => 'tavern',
    greet: (s, m) => {
      if (s.flags.runeSealed) return '"Nobody will believe us," says the Rogue, delighted.';
      if (s.flags.minersFree) return '"Heroes," says the Rogue, tasting the word. "It pays worse than I was told."';
      if (s.flags.strongboxOpen && s.flags.rogue)
        return '"That strongbox. You did it without me." The Rogue is truly hurt.';
      if (s.flags.rogue) return 'The Rogue walks a coin over his knuckles. "After you. Traps like someone in front."';
      if (m.times > 0) return '"Back so soon? I had only just decided to miss you."';
      return (
        'A thin man is cheating himself at cards, and losing. "Sable," he says. "You are in the trade too. ' +
        'It is the way you looked at the windows."'
      );
    },
    topics: [
      {
        id: 'join',
        label: 'Come with me to the mine',
        when: (s) => !s.flags.rogue,
        effect: 'join-rogue',
        say:
          '"Darkness, locks and other people\'s valuables? I thought you would never ask." He leaves the ' +
          'cards to each other.',
      },
      {
        id: 'trade',
        label: 'Talk of the trade',
        say: '"A foe with two of us to watch watches neither. You stab while it is counting."',
        again: '"Let it look at Bryn. Everything looks at Bryn. Then you."',
      },
      {
        id: 'bridge',
        label: 'Ask about the stolen planks',
        when: (s) => !s.flags.planksTaken && (s.visits.bridge ?? 0) > 0,
        say: '"The bridge crew\'s oak? Bandits, west of the forest path. Not that I was invited."',
      },
    ],
  },
  {
    id: 'innkeeper',
    name: 'Innkeeper',
    at: () => 'tavern',
    greet: (s, m) => {
      if (s.flags.minersFree) return '"Your cup does not have a bottom tonight," says the innkeeper, and sees to it.';
      if (s.tally.deaths > 1) return '"Again," says the innkeeper. "I have started to keep your cot made up."';
      if (s.tally.deaths > 0)
        return '"You came in feet first," says the innkeeper. "I took what the healer cost. She says to duck."';
      if (m.times > 2) return 'The innkeeper nods to you as to a chair that has always stood there.';
      if (m.times > 0) return '"Still in one piece," says the innkeeper. "I like that in a guest."';
      return (
        'The innkeeper dries a cup that was dry already. "Bed is five gold. The fire is free, if you do ' +
        'not mind the floor. The mine is not for sale."'
      );
    },
    topics: [
      {
        id: 'mine',
        label: 'Ask about the mine',
        when: (s) => !s.flags.minersFree,
        say:
          '"Nine days ago the mountain grunted, and the shift did not come up. Garrett\'s lot. He still ' +
          'owes me for a window."',
        again: '"Garrett\'s shift. Nine of them. The window does not matter any more."',
      },
      {
        id: 'people',
        label: 'Ask who might go with you',
        when: (s) => !s.flags.fighter || !s.flags.rogue,
        say:
          '"The woman with the shield cannot sit still, and the man with the cards cannot sit honest. Ask ' +
          'them both."',
      },
      {
        id: 'beds',
        label: 'Ask about a bed',
        say:
          '"Five gold: sheets, soup, and nobody wakes you before dawn. No gold, you sleep by the fire, and ' +
          'get up as you can."',
        again: '"Five for the bed. The floor has not gone up."',
      },
    ],
  },
  {
    id: 'stranger',
    name: 'Stranger',
    at: (s) => (s.flags.runeSealed ? null : 'tavern'),
    greet: (s, m) => {
      if (s.flags.stoneTaken) return 'The stranger stands up for the first time, and bows to your pack.';
      if (s.flags.minersFree)
        return (
          '"They will have told you of the winch," says the hood. "Go down and take it. It has waited for ' +
          'someone who came back for others."'
        );
      if (s.visits.rune) return '"You have looked at it," says the stranger. "Good. Now it has looked at you."';
      if (m.times > 0) return '"We have spoken," says the hood. "I remember all of it. Do you?"';
      return (
        'In the corner the fire does not reach sits a hood with somebody in it. "Sit," it says. "You smell ' +
        'of tomorrow."'
      );
    },
    topics: [
      {
        id: 'rune',
        label: 'Ask what lies under the peak',
        say:
          '"A door, and a sign that kept it shut. The miners cut the sign in two, and never knew. What ' +
          'leans on the door is patient, not stupid."',
        again:
          '"A door. A broken sign. A stone that fits the wound. How often must a story be told before it is done?"',
      },
      {
        id: 'stone',
        label: 'Ask how it could be sealed',
        when: (_s, m) => m.said.includes('rune'),
        say:
          '"The crew dug up the Stone and hung it on a winch like a ham. Only they can work the brake. So, ' +
          'first: the crew."',
        again: '"First the crew, then the Stone, then the rune. Doors are opened in order, and shut so."',
      },
      {
        id: 'who',
        label: 'Ask who they are',
        effect: 'stranger-trust',
        say:
          '"Someone who was asked to keep watch, and once looked away." A hand slides a red bottle across ' +
          'to you. "I cannot go down. You can."',
        again: '"I have told you the only part that matters."',
      },
    ],
  },
];
