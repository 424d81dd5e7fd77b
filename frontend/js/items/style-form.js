/** @import { ApiError } from '../api/http.js' */
import { explain, explainWithWait } from '../api/words.js';
import { el, setAttr, setEnabled, setText } from '../ui/dom.js';
import { STYLE_MAX, cutToMax, lengthOf, tidy, wholePrompt } from './prompts.js';

/**
 * "Generate new image": the style, the whole prompt, and one request for each click.
 * @param {HTMLElement} element
 * @param {{ generate: (style: string) => void }} up
 */
export function mountStyleForm(element, { generate }) {
  const { input, count, error, preview, button, progress, status } = layOut(element, { typed, submit });
  let prompt = '';

  function typed() {
    const cut = cutToMax(input.value);
    if (cut !== input.value) input.value = cut;
    fail(null);
    draw();
  }

  function draw() {
    setText(count, `${lengthOf(input.value)} of ${STYLE_MAX}`);
    setText(preview, wholePrompt(prompt, input.value));
  }

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    if (button.disabled) return;
    fail(null);
    generate(tidy(cutToMax(input.value)));
  }

  /** @param {string|null} text */
  function fail(text) {
    setText(error, text ?? '');
    setAttr(input, 'aria-invalid', text === null ? null : 'true');
  }

  return {
    /** @param {{ prompt: string, running: boolean }} data */
    update(data) {
      prompt = data.prompt;
      if (data.running) setText(status, 'The painter is at work. You may close this window; the picture will be kept.');
      // The line with the message takes the focus, and gives it back.
      setEnabled(button, !data.running, status);
      if (!data.running && document.activeElement === status) button.focus({ preventScroll: true });
      progress.hidden = !data.running;
      draw();
    },
    /** @param {ApiError|null} trouble null: it went well */
    finished(trouble) {
      setText(status, trouble === null ? 'A new picture is in the gallery.' : '');
      if (trouble === null) return;
      const field = trouble.fields.find((one) => one.field.includes('custom_prompt')) ?? trouble.fields[0];
      if (trouble.status === 422) fail(field ? `The style ${field.message}.` : explain(trouble));
      else setText(status, explainWithWait(trouble));
    },
    /** Clears what belongs to the previous item. */
    reset() {
      input.value = '';
      fail(null);
      setText(status, '');
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {{ typed: () => void, submit: (event: Event) => void }} on
 */
function layOut(element, { typed, submit }) {
  const parts = {
    input: el('input', {
      id: 'style',
      type: 'text',
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-describedby': 'style-count style-error style-hint',
      onInput: (/** @type {InputEvent} */ event) => {
        if (!event.isComposing) typed();
      },
      onCompositionend: typed,
    }),
    count: el('span', { id: 'style-count', class: 'style-count' }),
    error: el('p', { id: 'style-error', class: 'field-error', role: 'alert' }),
    preview: el('p', { class: 'prompt-preview' }),
    button: el('button', { type: 'submit', class: 'button button-main', text: 'Generate new image' }),
    progress: el('progress', { class: 'progress', 'aria-label': 'Painting', hidden: true }),
    status: el('p', { class: 'job-status', role: 'status', tabindex: '-1' }),
  };
  element.append(
    el(
      'form',
      { class: 'style-form', novalidate: true, onSubmit: submit },
      el('div', { class: 'field-head' }, el('label', { for: 'style', text: 'Style' }), parts.count),
      parts.input,
      parts.error,
      el('p', {
        id: 'style-hint',
        class: 'hint',
        text: 'How it should look: "woodcut", "as a stained-glass window". Optional.',
      }),
      el('h4', { text: 'The painter will read' }),
      parts.preview,
      el('div', { class: 'button-row' }, parts.button, parts.progress),
      parts.status,
    ),
  );
  return parts;
}
