import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** A copy of what a newcomer has after cloning, where the commands of our pages can be run. */
export interface Sandbox {
  readonly folder: string;
  run(script: string): { readonly code: number | null; readonly stdout: string; readonly stderr: string };
  remove(): void;
}

const ROOT = new URL('../..', import.meta.url).pathname;
const CLONED = ['crews', 'sops', 'schemas', 'examples', 'package.json', 'README.md'];

/**
 * Copies the repository beside the built `product`, as a git repository of two commits with a small second one, and a
 * sibling `../shop` for reviews of another repository. `npm` and `npx` are replaced: `npm ci` and `npm test` do nothing,
 * `npx crew` is the product. There is no key in the environment.
 */
export function makeSandbox(product: string): Sandbox {
  const parent = mkdtempSync(join(tmpdir(), 'crew-pages-'));
  const folder = join(parent, 'crewfile');
  const bin = join(parent, 'bin');
  mkdirSync(folder);
  mkdirSync(bin);
  for (const name of CLONED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(product, 'dist'), join(folder, 'dist'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const program = join(product, 'dist', 'cli', 'crew.js');
  writeScript(
    join(bin, 'npm'),
    'case "$1" in ci|test) ;; *) echo "npm $* is not for pages" >&2; exit 64;; esac',
  );
  writeScript(
    join(bin, 'npx'),
    `[ "$1" = crew ] || { echo "npx $1 is not for pages" >&2; exit 64; }\nshift\nexec "${process.execPath}" "${program}" "$@"`,
  );
  const env = {
    PATH: [bin, dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
    HOME: parent,
    TMPDIR: parent,
    NO_COLOR: '1',
    GIT_CONFIG_NOSYSTEM: '1',
  };
  writeFileSync(join(folder, '.gitignore'), 'node_modules\ndist\n.crew/\n');
  git(folder, env, ['init', '--quiet', '--initial-branch=main']);
  git(folder, env, ['add', '.']);
  commit(folder, env, 'Start');
  writeFileSync(
    join(folder, 'greet.ts'),
    'export const greet = (name: string): string => `Hello ${name}`;\n',
  );
  git(folder, env, ['add', 'greet.ts']);
  commit(folder, env, 'Greet by name');
  execFileSync(join(folder, 'examples/06-code-review/make-sample.sh'), [join(parent, 'shop')], { env });
  return {
    folder,
    run(script) {
      const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
        cwd: folder,
        env,
        encoding: 'utf8',
      });
      return { code: status, stdout, stderr };
    },
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}

function writeScript(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

function git(folder: string, env: NodeJS.ProcessEnv, args: readonly string[]): void {
  execFileSync('git', args, { cwd: folder, env });
}

function commit(folder: string, env: NodeJS.ProcessEnv, message: string): void {
  const author = ['-c', 'user.name=Reader', '-c', 'user.email=reader@example.com'];
  git(folder, env, [...author, 'commit', '--quiet', '-m', message]);
}
