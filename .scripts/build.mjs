// Builds dist/ from src/: types and JavaScript by tsc, then the files that tsc does not copy.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc'], { stdio: 'inherit' });
cpSync('src', 'dist', {
  recursive: true,
  filter: path => path.endsWith('.d.ts') || !/\.(tsx?|mjs|md)$/.test(path),
});
chmodSync('dist/cli/crew.js', 0o755);
