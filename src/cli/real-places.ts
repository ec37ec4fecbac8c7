import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many links as a kernel follows; more of them lead nowhere. */
const MOST_LINKS = 40;

/**
 * Where paths really are, by their text, as a program that works in the real path `workspace` reaches them: all links
 * followed, also one whose goal does not exist; of what does not exist, the real path of its nearest existing parent and
 * the rest. A path that cannot be followed, such as a circle of links or a folder that may not be entered, is left out.
 */
export function realPlaces(workspace: string, paths: readonly string[]): { readonly [path: string]: string } {
  const rows = paths.flatMap(path => {
    const place = path.includes('\0') ? undefined : realPlace(resolve(workspace, path), MOST_LINKS);
    return place === undefined ? [] : [[path, place] as const];
  });
  return Object.fromEntries(rows);
}

function realPlace(path: string, linksLeft: number): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || linksLeft === 0) return undefined;
  }
  const goal = linkGoal(path);
  if (goal !== undefined) return realPlace(resolve(dirname(path), goal), linksLeft - 1);
  if (dirname(path) === path) return undefined;
  const parent = realPlace(dirname(path), linksLeft);
  return parent === undefined ? undefined : join(parent, basename(path));
}

/** What a link says, also when nothing is there; undefined for anything else. */
function linkGoal(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
