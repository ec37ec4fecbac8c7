import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const ENDING = /\.crewtest\.ya?ml$/;

/** All `*.crewtest.yaml` below a folder, in the order of their paths; `node_modules` and hidden folders are left out. */
export function findCrewTests(folder: string): readonly string[] {
  return walk(folder, '').toSorted();
}

function walk(root: string, path: string): readonly string[] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap(entry => {
    const name = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isFile()) return ENDING.test(entry.name) ? [name] : [];
    const isSkipped = !entry.isDirectory() || entry.name === 'node_modules' || entry.name.startsWith('.');
    return isSkipped ? [] : walk(root, name);
  });
}
