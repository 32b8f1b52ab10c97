/*
 * A keystroke recorder for KeyTrac samples, served by pytest-keyauth in the place of the provider's own.
 *
 *   <script src="https://api.keytrac.net/keytrac.js"></script>
 *   <script>KeyTrac.configure({ anytextFields: ['#text'], passwordFields: ['#password'] });</script>
 *
 * What is typed into the input with the id `text` is in the form field `keytrac_text` beside it, as
 * `browser/version#m=0#YYYY-MM-DD HH:MM:SS|delay_ms d|u key|…`. Of passwords only the length and the position of each
 * keystroke are kept, also in memory. Nothing is sent anywhere: the form does that.
 *
 * Typing is key by key, by a person: what is pasted, dropped, filled in or dispatched by a script is none, nor is a
 * key that repeats itself, a shortcut, the tabulator, or the enter key where that sends the form.
 */
(function () {
  'use strict';

  if (window.KeyTrac) {
    return; // the script was loaded twice: one recorder is enough
  }

  const PREFIX = 'keytrac_';
  const LONGEST_DELAY_MS = 999999999; // a delay has at most nine digits
  const TEXT_TYPES = ['text', 'search', 'email', 'tel', 'url', 'number', 'password', 'textarea'];
  const OPTIONS = ['anytextFields', 'passwordFields'];

  const BACKSPACE = 8;
  const TAB = 9;
  const ENTER = 13;
  const SHIFT = 16;
  const CONTROL = 17;
  const ALT = 18;
  const SPACE = 32;
  const DELETE = 46;
  const UNTOLD = 229; // what browsers say of a key that an input method has taken, and of most keys of a phone
  const TYPING = /^(?:insertText|insertCompositionText|insertLineBreak|deleteContentBackward)$/;
  const NO_TYPING = [0, TAB, 91, 92, 93, 224]; // and the keys of the operating system

  /* The codes of keys where a browser tells no code but the place: those of a US keyboard. */
  const CODES_OF_PLACES = {
    Backspace: 8, Enter: 13, Space: 32, Delete: 46, Semicolon: 186, Equal: 187, Comma: 188, Minus: 189, Period: 190,
    Slash: 191, Backquote: 192, BracketLeft: 219, Backslash: 220, BracketRight: 221, Quote: 222, IntlBackslash: 226,
  };
  const CODES_OF_CHARACTERS = {
    ' ': 32, '\n': 13, ';': 186, ':': 186, '=': 187, '+': 187, ',': 188, '-': 189, '_': 189, '.': 190, '/': 191,
    '?': 191,
  };

  const selectors = { anytext: new Set(), password: new Set() };
  const recordings = new WeakMap(); // by field
  const held = new Map(); // the keys that are down, by place: what has been noted of each
  let control = null; // the control key that is down, which may be half of AltGr

  /* -- What the header says ------------------------------------------------------------------------------------- */

  function describeBrowser() {
    const known = [
      ['edge', /\bEdgA?\/([\d.]+)/], ['opera', /\bOPR\/([\d.]+)/], ['firefox', /\b(?:Firefox|FxiOS)\/([\d.]+)/],
      ['chrome', /\b(?:HeadlessChrome|Chrome|CriOS)\/([\d.]+)/], ['safari', /\bVersion\/([\d.]+).*Safari\//],
    ];
    for (const [name, pattern] of known) {
      const found = pattern.exec(navigator.userAgent);
      if (found) {
        return name + '/' + found[1];
      }
    }
    return 'unknown/0';
  }

  function isMobile() {
    if (navigator.userAgentData && typeof navigator.userAgentData.mobile === 'boolean') {
      return navigator.userAgentData.mobile;
    }
    const tablet = /Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1;
    return tablet || /Mobi|Android|iPhone|iPad/.test(navigator.userAgent);
  }

  const BROWSER = describeBrowser();
  const MOBILE = isMobile() ? 1 : 0;
  const MAC = /Mac/.test(navigator.platform);

  function formatDate(time) {
    return new Date(performance.timeOrigin + time).toISOString().slice(0, 19).replace('T', ' ');
  }

  /* -- What is recorded of one field ---------------------------------------------------------------------------- */

  class Recording {
    constructor(field, masked) {
      this.field = field;
      this.masked = masked;
      this.restart();
    }

    /* Another text: nothing of the one before is part of it. */
    restart() {
      this.events = []; // {time, action, stroke}, in order
      this.strokes = new Set();
      this.latest = null; // the stroke that went down last
      this.filled = this.field.value !== ''; // whether the field had a text when it was last looked at
      this.composed = 0; // how long the text is that an input method is about to write
      this.origin = performance.now();
    }

    /* Typing can begin: what the first delay counts from. */
    begin(time) {
      if (!this.events.length) {
        this.origin = time;
      }
    }

    /* A key that goes down. Without a name it is told by the text that it writes. */
    press(time, name, counts) {
      const stroke = { name: this.masked ? null : name, counts, untold: name === null };
      this.events.push({ time, action: 'd', stroke });
      this.strokes.add(stroke);
      this.latest = stroke;
      return stroke;
    }

    /* A key that comes up; one that went down for the text before is no part of this one. */
    release(time, stroke) {
      if (this.strokes.has(stroke)) {
        this.events.push({ time, action: 'u', stroke });
      }
    }

    render() {
      const events = this.events.filter((event) => event.stroke.counts);
      const first = events.length ? events[0].time : this.origin;
      const parts = [BROWSER + '#m=' + MOBILE + '#' + formatDate(first)];
      if (this.masked) {
        parts.push('l=' + Array.from(this.field.value).length);
      }
      const positions = new Map();
      const origin = Math.min(this.origin, first);
      let before = 0;
      for (const { time, action, stroke } of events) {
        if (!positions.has(stroke)) {
          positions.set(stroke, 'I' + positions.size);
        }
        // Whole milliseconds since the beginning, and then the differences: so roundings do not add up.
        const at = Math.max(before, Math.round(time - origin));
        const key = this.masked ? positions.get(stroke) : stroke.name || String(UNTOLD);
        parts.push(Math.min(at - before, LONGEST_DELAY_MS) + action + key);
        before = at;
      }
      return parts.join('|');
    }
  }

  /* -- The form field that the sample is in --------------------------------------------------------------------- */

  function findHidden(field) {
    const name = PREFIX + (field.id || field.name);
    const named = Array.from(document.getElementsByName(name));
    const found = named.find((element) => element.localName === 'input' && element.form === field.form);
    if (found) {
      return found;
    }
    const hidden = document.createElement('input');
    hidden.type = 'hidden';
    hidden.name = name;
    if (!document.getElementById(name)) {
      hidden.id = name;
    }
    hidden.autocomplete = 'off';
    if (field.hasAttribute('form')) {
      hidden.setAttribute('form', field.getAttribute('form'));
    }
    field.insertAdjacentElement('afterend', hidden);
    return hidden;
  }

  function publish(recording) {
    if (recording.field.isConnected) {
      findHidden(recording.field).value = recording.render();
    }
  }

  /* -- Which fields are recorded -------------------------------------------------------------------------------- */

  function matches(field, kind) {
    return Array.from(selectors[kind]).some((selector) => field.matches(selector));
  }

  function isTextField(field) {
    const types = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
    return types && TEXT_TYPES.includes(field.type);
  }

  /* The recording of a field; none where it is not configured, or no text is typed there. */
  function find(field) {
    if (!isTextField(field)) {
      return null;
    }
    const hidden = matches(field, 'password');
    if (!hidden && !matches(field, 'anytext')) {
      return null;
    }
    // A field once masked stays so, also where a page shows the password by changing the type.
    const known = recordings.get(field);
    const masked = hidden || field.type === 'password' || Boolean(known && known.masked);
    if (known && known.masked === masked) {
      return known;
    }
    const recording = new Recording(field, masked);
    recordings.set(field, recording);
    return recording;
  }

  function findAll(root) {
    const all = Array.from(selectors.anytext).concat(Array.from(selectors.password));
    const fields = new Set();
    all.forEach((selector) => root.querySelectorAll(selector).forEach((field) => fields.add(field)));
    return Array.from(fields).map(find).filter(Boolean);
  }

  function findTarget(event) {
    return find(event.composedPath()[0]);
  }

  /* -- What a key is called -------------------------------------------------------------------------------------- */

  function readCode(event) {
    if (event.keyCode && event.keyCode !== UNTOLD) {
      return event.keyCode;
    }
    const place = /^(?:Key|Digit)(.)$/.exec(event.code || '');
    return place ? place[1].charCodeAt(0) : CODES_OF_PLACES[event.code] || null;
  }

  function nameKey(code, place) {
    if (code === SHIFT) {
      return place === KeyboardEvent.DOM_KEY_LOCATION_RIGHT ? 'RSHIFT' : 'LSHIFT';
    }
    return code === SPACE ? 'SPACE' : String(code);
  }

  /* The code of the key that writes a character, where the character is all that is told. */
  function nameCharacter(character) {
    if (/^[a-z0-9]$/i.test(character)) {
      return String(character.toUpperCase().charCodeAt(0));
    }
    const code = CODES_OF_CHARACTERS[character];
    return code ? nameKey(code, 0) : null;
  }

  function identify(event) {
    return event.code || event.key + ' ' + event.location;
  }

  function isShortcut(event) {
    const alt = event.altKey && !MAC; // there it is what AltGr is elsewhere
    return (event.ctrlKey || event.metaKey || alt) && !event.getModifierState('AltGraph') && event.key !== 'AltGraph';
  }

  /* Whether a keystroke is one of a password's: it writes or deletes. Dead keys do only with the letter after them. */
  function isPosition(event, code) {
    return Array.from(event.key).length === 1 || code === BACKSPACE || code === DELETE || code === ENTER;
  }

  /* -- Keys ------------------------------------------------------------------------------------------------------ */

  function note(event, recording, strokes) {
    held.set(identify(event), { recording, strokes });
  }

  /* Some systems say that AltGr is control and alt, and the document has no name of its own for it: it is written as
   * both. A control key alone begins a shortcut, and is no typing. */
  function noteAltGr(recording, event) {
    const counts = !recording.masked;
    const first = control || recording.press(event.timeStamp, String(CONTROL), counts);
    const second = recording.press(event.timeStamp, String(ALT), counts);
    first.counts = counts;
    note(event, recording, control ? [second] : [first, second]);
  }

  function noteModifier(recording, event, code) {
    const counts = !recording.masked && (code === SHIFT || (code === ALT && MAC));
    const stroke = recording.press(event.timeStamp, nameKey(code, event.location), counts);
    note(event, recording, [stroke]);
    if (code === CONTROL) {
      control = stroke;
    }
  }

  function noteKey(recording, event, code) {
    const sends = code === ENTER && recording.field instanceof HTMLInputElement;
    if (sends || NO_TYPING.includes(code) || isShortcut(event)) {
      return;
    }
    const name = code === null ? null : nameKey(code, event.location);
    const counts = !recording.masked || (code !== null && isPosition(event, code));
    note(event, recording, [recording.press(event.timeStamp, name, counts)]);
  }

  function onKeyDown(event) {
    const recording = findTarget(event);
    if (!recording || !event.isTrusted || event.repeat) {
      return;
    }
    if (recording.filled && recording.field.value === '') {
      recording.restart(); // a script or a reset has emptied the field
    }
    const code = readCode(event);
    if (event.key === 'AltGraph') {
      noteAltGr(recording, event);
    } else if ([SHIFT, CONTROL, ALT].includes(code)) {
      noteModifier(recording, event, code);
    } else {
      noteKey(recording, event, code);
    }
    publish(recording);
  }

  /* A key comes up wherever the focus is by then; it belongs to the field in which it went down. */
  function onKeyUp(event) {
    const place = identify(event);
    const noted = held.get(place);
    held.delete(place);
    if (event.keyCode === CONTROL) {
      control = null;
    }
    if (noted && event.isTrusted) {
      noted.strokes.forEach((stroke) => noted.recording.release(event.timeStamp, stroke));
      publish(noted.recording);
    }
  }

  /* -- Text ------------------------------------------------------------------------------------------------------ */

  /* Phones tell a key only by what it writes: a character, or what a composition has now more or less than before. */
  function tellKey(recording, event) {
    const stroke = recording.latest;
    if (!stroke || !stroke.untold || !TYPING.test(event.inputType)) {
      return;
    }
    const text = Array.from(event.data || '');
    const deletes = event.inputType === 'deleteContentBackward' || text.length < recording.composed;
    stroke.untold = false;
    stroke.counts = true;
    if (!recording.masked) {
      const written = event.inputType === 'insertLineBreak' ? '\n' : text.pop() || '';
      stroke.name = deletes ? String(BACKSPACE) : nameCharacter(written);
    }
    recording.composed = event.inputType === 'insertCompositionText' ? Array.from(event.data || '').length : 0;
  }

  function onInput(event) {
    const recording = findTarget(event);
    if (!recording) {
      return;
    }
    tellKey(recording, event);
    recording.filled = recording.field.value !== '';
    if (recording.masked && !recording.filled) {
      recording.restart(); // who has deleted all of a password types another one
    }
    publish(recording);
  }

  function onFocus(event) {
    const recording = findTarget(event);
    if (recording) {
      recording.begin(event.timeStamp);
      publish(recording);
    }
  }

  /* -- Forms and pages ------------------------------------------------------------------------------------------- */

  function onReset(event) {
    if (!event.defaultPrevented) {
      findAll(event.target).forEach((recording) => {
        recording.restart();
        publish(recording);
        setTimeout(() => publish(recording)); // the length, once the form is reset
      });
    }
  }

  /* Whatever sends a form asks it for its data, and by then its samples are up to date: also those of fields that
   * nobody has touched since they came. */
  function onSend(event) {
    findAll(document).forEach((recording) => {
      if (recording.field.form === event.target) {
        publish(recording);
        if (event.formData) {
          const hidden = findHidden(recording.field);
          event.formData.set(hidden.name, hidden.value);
        }
      }
    });
  }

  /* What is down when the page goes comes up elsewhere. */
  function onHide() {
    held.clear();
    control = null;
  }

  /* -- Configuration ---------------------------------------------------------------------------------------------- */

  function complain(problem) {
    console.error('KeyTrac.configure: ' + problem);
  }

  function readSelectors(option, given) {
    if (given === undefined) {
      return [];
    }
    if (!Array.isArray(given)) {
      complain(option + ' is ' + JSON.stringify(given) + ', expected an array of selectors such as ["#text"]');
    }
    return [].concat(given).filter((selector) => isSelector(option, selector));
  }

  function isSelector(option, selector) {
    try {
      if (typeof selector === 'string') {
        document.querySelector(selector);
        return true;
      }
    } catch (error) {
      // It is complained of below.
    }
    complain(option + ' has ' + JSON.stringify(selector) + ', which is no selector: expected one such as "#text"');
    return false;
  }

  function describeProblem(field, kind) {
    if (!isTextField(field)) {
      return 'is a <' + field.localName + '> in which no text is typed: expected an input or a text area';
    }
    if (!field.id && !field.name) {
      return 'has neither id nor name, which its sample would be named after: give it one';
    }
    return kind === 'anytext' && field.type === 'password'
      ? 'is a password field, and recorded masked: name it in passwordFields'
      : null;
  }

  function check(kind, selector) {
    const fields = Array.from(document.querySelectorAll(selector));
    if (!fields.length) {
      const problem = 'nothing matches ' + JSON.stringify(selector) + ' yet; it is recorded once it is there';
      console.warn('KeyTrac.configure: ' + problem);
    }
    fields.forEach((field) => {
      const problem = describeProblem(field, kind);
      if (problem) {
        complain(JSON.stringify(selector) + ' ' + problem);
      }
    });
    findAll(document).forEach(publish);
  }

  function whenParsed(action) {
    if (document.readyState === 'loading') {
      document.addEventListener('DOMContentLoaded', action, { once: true });
    } else {
      action();
    }
  }

  /* On the window and before anybody else: so fields may come later, and pages may stop their events. A page that is
   * written anew loses its listeners; those that are there already are not added again. */
  function listen() {
    window.addEventListener('keydown', onKeyDown, true);
    window.addEventListener('keyup', onKeyUp, true);
    window.addEventListener('input', onInput, true);
    window.addEventListener('focusin', onFocus, true);
    window.addEventListener('submit', onSend, true);
    window.addEventListener('formdata', onSend, true);
    window.addEventListener('reset', onReset);
    window.addEventListener('blur', onHide);
    window.addEventListener('pagehide', onHide);
  }

  /**
   * Record what is typed into these fields, also into those that are not on the page yet. May be called again for more.
   * What is wrong with it is told on the console, and all else is recorded.
   *
   * @param {{anytextFields?: string[], passwordFields?: string[]}} options CSS selectors of inputs and text areas;
   *   of passwordFields only length and rhythm are kept. (The name passwordFields is assumed.)
   */
  function configure(options) {
    listen();
    const given = options !== null && typeof options === 'object' ? options : {};
    if (given !== options) {
      complain('expected an object such as {anytextFields: ["#text"]}, got ' + JSON.stringify(options));
    }
    Object.keys(given).filter((name) => !OPTIONS.includes(name)).forEach((name) => {
      complain('there is no option ' + JSON.stringify(name) + '; expected ' + OPTIONS.join(' or '));
    });
    OPTIONS.forEach((option) => {
      const kind = option.replace('Fields', '');
      readSelectors(option, given[option]).forEach((selector) => {
        selectors[kind].add(selector);
        whenParsed(() => check(kind, selector));
      });
    });
  }

  Object.defineProperty(window, 'KeyTrac', { value: Object.freeze({ configure }), enumerable: true });
})();
