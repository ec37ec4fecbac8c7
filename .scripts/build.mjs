// Builds dist/ from src/: types and JavaScript by tsc, then the files that tsc does not copy.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs';

// npx runs `prepare` of the folder it is called in, also before `npm ci`, and a failure would break its cache for good;
// the launcher tells people what to do.
const compiler = 'node_modules/typescript/bin/tsc';
if (process.argv.includes('--if-installed') && !existsSync(compiler)) process.exit(0);

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, [compiler], { stdio: 'inherit' });
cpSync('src', 'dist', {
  recursive: true,
  filter: path => path.endsWith('.d.ts') || !/\.(tsx?|mjs|md)$|\bdecisions$/.test(path),
});
chmodSync('dist/cli/crew.js', 0o755);
