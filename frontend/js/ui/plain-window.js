const CAN_HAVE_FOCUS = 'button:not([disabled]), input:not([disabled]):not([hidden]), a[href], [tabindex]';

/**
 * A window for browsers without `<dialog>` (before 2022): a plain box with the same methods, which
 * keeps the focus while it is open and then returns it.
 * @param {HTMLDialogElement} dialog
 * @returns {HTMLDialogElement}
 */
export function withPlainWindow(dialog) {
  if (typeof dialog.showModal === 'function') return dialog;
  dialog.classList.add('is-plain');
  dialog.setAttribute('role', 'dialog');
  dialog.setAttribute('aria-modal', 'true');
  dialog.hidden = true;
  /** @type {Element|null} */
  let before = null;

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (!dialog.isConnected) return stop();
    if (event.key === 'Escape') dialog.close();
    else if (event.key === 'Tab') keepInside(event, dialog);
    else return;
    event.stopPropagation();
  }

  function stop() {
    document.removeEventListener('keydown', onKey, { capture: true });
  }

  Object.defineProperties(dialog, {
    open: { get: () => dialog.hasAttribute('open') },
    showModal: {
      value: () => {
        before = document.activeElement;
        dialog.hidden = false;
        dialog.setAttribute('open', '');
        document.addEventListener('keydown', onKey, { capture: true });
        /** @type {HTMLElement|null} */ (dialog.querySelector(CAN_HAVE_FOCUS))?.focus();
      },
    },
    close: {
      value: () => {
        if (!dialog.open) return;
        stop();
        dialog.removeAttribute('open');
        dialog.hidden = true;
        if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
        dialog.dispatchEvent(new Event('close'));
      },
    },
  });
  return dialog;
}

/**
 * @param {KeyboardEvent} event Tab
 * @param {HTMLElement} box
 */
function keepInside(event, box) {
  const all = /** @type {HTMLElement[]} */ ([...box.querySelectorAll(CAN_HAVE_FOCUS)]).filter(
    (one) => one.tabIndex >= 0 && one.offsetParent !== null,
  );
  const [first, last] = [all[0], all[all.length - 1]];
  const goesOut = event.shiftKey ? document.activeElement === first : document.activeElement === last;
  const isOutside = !box.contains(document.activeElement);
  if (!goesOut && !isOutside) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}
