import { formatBytes, formatCount } from '../amounts.ts';
import { textBytes } from '../summarize-value.ts';
import { escapeHtml } from './escape-html.ts';

const HUES = 8;
/** Shorter texts are printed wherever they occur. */
const SHORT = 400;
const MAX_TEXT = 60_000;
/** What all long texts of a page may take together; behind it only their beginnings are printed. */
const MAX_PAGE = 4_000_000;

/** The page while it is written: long texts stand on it once, other places lead there. */
export interface Paper {
  /** A text as `render` draws it, or a link to where it stands. What is too long for the page is cut, and says so. */
  text(text: string, render: (text: string) => string): string;
  /** The number of the colour of a role, by the order in which roles are named first. */
  hue(role: string): number;
}

/** An empty page. Deterministic: equal calls in equal order give equal anchors. */
export function createPaper(): Paper {
  const places = new Map<string, string>();
  const roles = new Map<string, number>();
  let used = 0;
  return {
    hue(role) {
      const known = roles.get(role) ?? roles.size;
      roles.set(role, known);
      return known % HUES;
    },
    text(text, render) {
      if (text.length < SHORT) return render(text);
      const known = places.get(text);
      if (known !== undefined) return sameText(known, text);
      const id = `x${places.size + 1}`;
      places.set(text, id);
      const most = used < MAX_PAGE ? MAX_TEXT : SHORT;
      const shown = text.slice(0, most).toWellFormed();
      used += shown.length;
      const left = text.length - shown.length;
      const cut =
        left === 0
          ? ''
          : `<p class="cut">${formatCount(left)} more characters are left out here; <code>crew show</code> and <code>crew logs</code> have them.</p>`;
      return `<div id="${id}">${render(shown)}${cut}</div>`;
    },
  };
}

function sameText(id: string, text: string): string {
  const begin = text.slice(0, 80).trim();
  return `<p class="same" data-same="${id}"><a href="#${id}">the same ${formatBytes(textBytes(text))}</a> <q>${escapeHtml(begin, { line: true })}…</q></p>`;
}
