import type { Program } from '../model/program.ts';

/** What stands behind an alias of a crew. */
export type Toolset = Program['toolsets'][string];

/**
 * The path, relative to the workspace, that a tool means by the text of an argument. Undefined when nobody here can say: the
 * tools of a server on the network have folders of their own, and `~`, `%2e`, backslashes, `name:`, `a/../b` and `..`
 * out of the folder of a server mean different things to different programs. Pure.
 */
export function pathMeant(text: string, toolset: Toolset | undefined): string | undefined {
  const transport = typeof toolset === 'object' && 'mcp' in toolset ? toolset.mcp.transport : undefined;
  if (transport?.kind === 'http' || isUnclear(text)) return undefined;
  const path = text === '' ? '.' : text;
  const folder = transport?.cwd;
  if (folder === undefined || path.startsWith('/')) return path;
  return path.split('/').includes('..') ? undefined : `${folder}/${path}`;
}

/** Whether a real place is a folder or inside it; both absolute. A place that is not in its shortest form is not. Pure. */
export function isUnder(place: string, folder: string): boolean {
  if (/(^|[/\\])\.{1,2}([/\\]|$)/.test(place)) return false;
  const inside = /[/\\]$/.test(folder) ? folder : `${folder}${folder.includes('\\') ? '\\' : '/'}`;
  return place === folder || place.startsWith(inside);
}

/** More than any system opens. */
const LONGEST_PATH = 4096;
const UNCLEAR: readonly RegExp[] = [/^~/, /[\\\p{Cc}]/u, /%[0-9a-f]{2}/i, /^[a-z][a-z0-9+.-]*:/i];

function isUnclear(text: string): boolean {
  if (text.length > LONGEST_PATH || !text.isWellFormed()) return true;
  return UNCLEAR.some(form => form.test(text)) || leavesFolder(text);
}

/** Where a link is left again by `..`, programs end in different folders. */
function leavesFolder(text: string): boolean {
  const segments = text.split('/');
  const first = segments.findIndex(segment => !['', '.', '..'].includes(segment));
  return first !== -1 && segments.lastIndexOf('..') > first;
}
