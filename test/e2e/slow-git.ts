import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../machine.ts';

/** A `git` that never ends, as one does that waits for a dead network disk. */
export interface SlowGit {
  /** A PATH that finds it first. */
  readonly path: string;
  /** The process id of the first one that was started; waits for it. */
  readonly started: () => Promise<number>;
  /** Lets later calls through to the real git. */
  readonly release: () => void;
}

/** Puts a program called `git` into a folder: it hangs on `git diff` until it is released, and passes on everything else. */
export function makeSlowGit(folder: string): SlowGit {
  const bin = join(folder, 'bin');
  const pidFile = join(folder, 'pid');
  const open = join(folder, 'open');
  mkdirSync(bin);
  const script = [
    '#!/bin/sh',
    `PATH='${process.env.PATH}'`,
    `for word in "$@"; do`,
    `  if [ "$word" = diff ] && [ ! -e '${open}' ]; then echo $$ > '${pidFile}.new'; mv '${pidFile}.new' '${pidFile}'; exec sleep 600; fi`,
    'done',
    'exec git "$@"',
    '',
  ];
  writeFileSync(join(bin, 'git'), script.join('\n'));
  chmodSync(join(bin, 'git'), 0o755);
  return {
    path: `${bin}:${process.env.PATH}`,
    started: async () => {
      await until(() => existsSync(pidFile));
      return Number(readFileSync(pidFile, 'utf8'));
    },
    release: () => writeFileSync(open, ''),
  };
}
