/* Old JavaScript that runs where the game cannot: it says why, and offers the saves as files. */
(function () {
  var fault = '';
  var AGAIN = ' Your saved adventures are safe.';
  var WORDS = {
    old: 'This browser is too old for the game. It plays in Safari 15, Chrome 90, Firefox 90 and newer.' + AGAIN,
    missing: 'A part of the game could not be loaded from the server. Reload the page.' + AGAIN,
    own: 'The game itself has a fault and could not start. Reload the page.' + AGAIN,
  };

  /** @param {Event} event */
  function note(event) {
    if (fault) return;
    if (!(event instanceof ErrorEvent)) fault = 'missing';
    else fault = /SyntaxError/.test(event.message) ? 'old' : 'own';
  }

  function look() {
    removeEventListener('error', note, true);
    if (document.documentElement.getAttribute('data-started') !== null) return;
    var noModules = !('noModule' in document.createElement('script'));
    tell(noModules ? 'old' : /** @type {'old'|'missing'|'own'} */ (fault || 'old'));
  }

  /** @param {'old'|'missing'|'own'} why */
  function tell(why) {
    var box = /** @type {HTMLElement} */ (document.getElementById('not-started'));
    var words = document.createElement('p');
    words.textContent = WORDS[why];
    box.appendChild(words);
    box.hidden = false;
    if (document.getElementById('emberpeak-pack')) return; // no server has the saves
    var request = new XMLHttpRequest();
    request.open('GET', '../api/v1/saves');
    request.onload = function () {
      if (request.status === 200) offer(box, JSON.parse(request.responseText).saves);
    };
    request.send();
  }

  /**
   * @param {HTMLElement} box
   * @param {{ slot: string, label: string|null }[]} saves
   */
  function offer(box, saves) {
    if (saves.length === 0) return;
    var words = document.createElement('p');
    words.textContent = 'You can save them to files here, and load them in another browser:';
    box.appendChild(words);
    saves.forEach(function (save) {
      var link = document.createElement('a');
      link.href = '../api/v1/saves/' + encodeURIComponent(save.slot);
      link.setAttribute('download', 'emberpeak-slot-' + save.slot + '.json');
      link.textContent = 'Save slot ' + save.slot + ' to a file: ' + (save.label || 'an adventure');
      var line = document.createElement('p');
      line.appendChild(link);
      box.appendChild(line);
    });
  }

  addEventListener('error', note, true);
  addEventListener('load', look);
})();
