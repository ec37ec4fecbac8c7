import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from './breach.ts';

/** The files of a working tree that git does not ignore, with the text of those that the rules read. */
export function readTree(root: string): Tree {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const paths = [...new Set(listed.split('\0').filter(path => path !== ''))];
  const present = paths.filter(
    path => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true,
  );
  return new Map(
    present.map(path => {
      const isRead = path.startsWith('src/') || path === 'package.json';
      return [path, isRead ? readFileSync(join(root, path), 'utf8') : ''];
    }),
  );
}
