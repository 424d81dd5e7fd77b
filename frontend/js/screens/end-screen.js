/** @import { View } from '../rules/view.js' */
import { el } from '../ui/dom.js';

/**
 * @param {HTMLElement} element
 * @param {{ newAdventure: () => void, lookBack: () => void }} up
 */
export function mountEndScreen(element, { newAdventure, lookBack }) {
  return {
    /**
     * @param {{ story: NonNullable<View['story']>, last: readonly string[], picture: string }} data
     */
    update({ story, last, picture }) {
      const heading = el('h1', { class: 'end-title', text: story.title, tabindex: '-1' });
      const facts = story.facts.map(({ label, value }) =>
        el('div', {}, el('dt', { text: label }), el('dd', { text: value })),
      );
      element.replaceChildren(
        el(
          'div',
          { class: 'end-sheet' },
          el('img', { class: 'end-picture', src: picture, alt: '' }),
          heading,
          last.length > 0
            ? el(
                'section',
                { 'aria-label': 'The last moments', class: 'end-last' },
                ...last.map((text) => el('p', { text })),
              )
            : null,
          el(
            'section',
            { 'aria-label': 'The story of this run', class: 'end-story' },
            ...story.paragraphs.map((text) => el('p', { text })),
          ),
          el('dl', { class: 'end-facts' }, ...facts),
          el(
            'div',
            { class: 'button-row' },
            el('button', { type: 'button', class: 'button button-main', text: 'New adventure', onClick: newAdventure }),
            el('button', { type: 'button', class: 'button', text: 'Look around once more', onClick: lookBack }),
          ),
        ),
      );
    },
    focus() {
      const heading = element.querySelector('h1');
      heading?.focus({ preventScroll: true });
      element.scrollTop = 0;
    },
  };
}
