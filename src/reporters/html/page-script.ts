/**
 * What the page can do beside being read: find, filter, fold, show what stands elsewhere, change the theme. It makes
 * nothing of text but text: no markup is parsed. Constant.
 */
export const PAGE_SCRIPT = `'use strict';
const root = document.documentElement;
root.classList.add('js');
const pick = name => document.querySelector('[data-do="' + name + '"]');
const find = pick('find'), role = pick('role'), phase = pick('phase'), found = pick('found');
const rows = [...document.querySelectorAll('[data-find]')];
const marks = typeof Highlight === 'function' && CSS.highlights ? new Highlight() : undefined;
if (marks) CSS.highlights.set('found', marks);
let texts, hits = [], at = -1, waiting;

const within = (place, name) => name === '' || place === name || place.startsWith(name + '.') || place.startsWith(name + '/');
const reveal = node => { for (let up = node; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true; };

function mark(node, words) {
  const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const low = text.data.toLowerCase();
    for (let i = low.indexOf(words); i >= 0 && marks.size < 2000; i = low.indexOf(words, i + words.length)) {
      if (i + words.length > text.data.length) break;
      const range = new Range();
      range.setStart(text, i);
      range.setEnd(text, i + words.length);
      marks.add(range);
    }
  }
}

function look() {
  const words = find.value.trim().toLowerCase();
  if (words !== '' && !texts) texts = rows.map(row => row.textContent.toLowerCase());
  hits = [];
  rows.forEach((row, i) => {
    const said = words === '' || texts[i].includes(words);
    const fits = said && within(row.dataset.phase, phase.value) && (role.value === '' || row.dataset.role === role.value);
    row.hidden = !fits;
    if (fits) hits.push(row);
  });
  if (marks) {
    marks.clear();
    if (words.length > 1) for (const row of hits) mark(row, words);
  }
  at = -1;
  const all = words === '' && role.value === '' && phase.value === '';
  found.textContent = all ? '' : hits.length + ' of ' + rows.length;
}

function step(by) {
  if (hits.length === 0) return;
  at = (at + by + hits.length) % hits.length;
  const row = hits[at];
  reveal(row);
  row.scrollIntoView({ block: 'center' });
  found.textContent = (at + 1) + ' of ' + hits.length;
}

find.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });
find.addEventListener('keydown', event => {
  if (event.key === 'Enter') { event.preventDefault(); step(event.shiftKey ? -1 : 1); }
  if (event.key === 'Escape') { find.value = ''; look(); find.blur(); }
});
role.addEventListener('change', look);
phase.addEventListener('change', look);
document.addEventListener('keydown', event => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
  event.preventDefault();
  find.focus();
});

pick('fold').addEventListener('click', event => {
  const open = event.target.getAttribute('aria-pressed') !== 'true';
  event.target.setAttribute('aria-pressed', String(open));
  event.target.textContent = open ? 'Fold all' : 'Unfold all';
  for (const row of document.querySelectorAll('main details')) row.open = open;
});
pick('theme').addEventListener('click', () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});

/* What stands elsewhere is copied to where it is asked for. */
document.addEventListener('click', event => {
  const same = event.target.closest && event.target.closest('.same a') && event.target.closest('.same[data-same]');
  if (!same) return;
  event.preventDefault();
  for (const id of same.dataset.same.split(' ')) {
    const copy = document.getElementById(id).cloneNode(true);
    copy.removeAttribute('id');
    for (const inner of copy.querySelectorAll('[id]')) inner.removeAttribute('id');
    same.before(copy);
  }
  same.remove();
});

function arrive() {
  const goal = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!goal) return;
  if (goal.hidden) { find.value = role.value = phase.value = ''; look(); }
  reveal(goal);
  goal.scrollIntoView();
}
addEventListener('hashchange', arrive);
arrive();

const places = new Map([...document.querySelectorAll('.places a')].map(link => [link.hash.slice(1), link]));
const seen = new IntersectionObserver(entries => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    for (const link of places.values()) link.classList.remove('here');
    places.get(target.id).classList.add('here');
  }
}, { rootMargin: '-80px 0px -75% 0px' });
for (const id of places.keys()) seen.observe(document.getElementById(id));
`;
