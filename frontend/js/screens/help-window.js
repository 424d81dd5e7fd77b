import { KEY_HELP } from '../game/keyboard.js';
import { createWindow, openOnce } from '../ui/dialogs.js';
import { el } from '../ui/dom.js';

export function openHelp() {
  const made = createWindow({ title: 'Help', className: 'help', id: 'help' });
  const rows = KEY_HELP.map(([keys = '', what = '']) =>
    el('div', {}, el('dt', { text: keys }), el('dd', { text: what })),
  );
  made.body.append(
    el('p', {
      text:
        'Nine days ago the mine under Emberpeak fell silent. Gather friends, go down, bring the miners ' +
        'home, and close what they opened.',
    }),
    el(
      'ul',
      { class: 'help-list' },
      el('li', { text: 'Walk with the compass. A greyed-out direction is closed, and says why.' }),
      el('li', {
        text: 'The numbered list is what you can do here: deeds, skill checks, answers, wares, moves in a fight.',
      }),
      el('li', { text: 'Select an item to see it and its pictures, and to use it.' }),
      el('li', { text: 'The game saves by itself after each turn.' }),
    ),
    el('h3', { text: 'Keys' }),
    el('dl', { class: 'key-list' }, ...rows),
  );
  openOnce(made);
}
