/** @import { View } from '../rules/view.js' */
import { mountBar } from '../ui/bar.js';
import { el, scrollableByKeys, setText } from '../ui/dom.js';

/** @param {number} n */
const signed = (n) => (n < 0 ? `−${-n}` : `+${n}`);

/** @param {HTMLElement} element */
export function mountCharacter(element) {
  const title = el('h2', { id: 'character-title', text: 'Character' });
  const name = el('p', { class: 'hero-name' });
  const hp = mountBar('progressbar', 'bar-hp');
  const xp = mountBar('progressbar', 'bar-xp');
  const facts = el('dl', { class: 'facts' });
  const abilities = el('dl', { class: 'abilities' });
  const skills = el('p', { class: 'skills' });
  const row = (/** @type {string} */ text, /** @type {HTMLElement} */ bar) =>
    el('div', { class: 'bar-row' }, el('span', { class: 'bar-label', text, 'aria-hidden': 'true' }), bar);
  const body = el(
    'div',
    { class: 'panel-body' },
    name,
    row('HP', hp.element),
    row('XP', xp.element),
    facts,
    abilities,
    skills,
  );
  element.append(title, body);
  const look = scrollableByKeys(body);

  return {
    /** @param {View} view */
    update({ hero }) {
      setText(name, `${hero.name}, ${hero.className}, level ${hero.level}`);
      hp.update({ name: 'Hit points', now: hero.hp, max: hero.maxHp });
      xp.update(xpOf(hero));
      facts.replaceChildren(
        ...rows([
          ['Gold', String(hero.gold)],
          ['Armour class', String(hero.armourClass)],
          ['Sneak attack', hero.sneakDice],
          ...(hero.hidden ? [['Unseen', 'yes']] : []),
          ['With you', hero.companions.join(', ') || 'nobody'],
        ]),
      );
      abilities.replaceChildren(
        ...rows(hero.abilities.map(({ id, score, modifier }) => [id.toUpperCase(), `${score} ${signed(modifier)}`])),
      );
      setText(skills, `Skills: ${hero.skills.map((skill) => `${skill.name} ${signed(skill.bonus)}`).join(', ')}`);
      look();
    },
    /** @param {'hurt'|'healed'} how */
    flash(how) {
      element.classList.remove('is-hurt', 'is-healed');
      requestAnimationFrame(() => element.classList.add(`is-${how}`));
    },
  };
}

/** @param {View['hero']} hero */
function xpOf({ xp, nextLevelAt }) {
  return { name: 'Experience', now: xp, max: nextLevelAt ?? xp };
}

/** @param {string[][]} pairs */
function rows(pairs) {
  return pairs.map(([term = '', value = '']) => el('div', {}, el('dt', { text: term }), el('dd', { text: value })));
}
