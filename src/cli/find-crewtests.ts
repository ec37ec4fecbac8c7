import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ENDING = /\.crewtest\.ya?ml$/;

/**
 * The file at a path, or all `*.crewtest.yaml` in and below a folder, in the order of their paths; `node_modules` and hidden
 * folders are left out.
 */
export function crewTestsAt(cwd: string, place: string): readonly string[] {
  const folder = resolve(cwd, place);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [place];
  return walk(folder, '')
    .toSorted()
    .map(path => join(place, path));
}

function walk(root: string, path: string): readonly string[] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap(entry => {
    const name = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isFile()) return ENDING.test(entry.name) ? [name] : [];
    const isSkipped = !entry.isDirectory() || entry.name === 'node_modules' || entry.name.startsWith('.');
    return isSkipped ? [] : walk(root, name);
  });
}
