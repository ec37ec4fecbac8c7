// Builds dist/ from src/: types and JavaScript by tsc, then the files that tsc does not copy, then the `crew` link.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';

const BIN = 'dist/cli/crew.js';

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc'], { stdio: 'inherit' });
cpSync('src', 'dist', { recursive: true, filter: path => !/\.(tsx?|md)$/.test(path) || path.endsWith('.d.ts') });
chmodSync(BIN, 0o755);
linkBin();

/** npx looks here first; npm links the commands of dependencies, but not the package's own. */
function linkBin() {
  mkdirSync('node_modules/.bin', { recursive: true });
  if (process.platform === 'win32') {
    writeFileSync('node_modules/.bin/crew.cmd', `@node "%~dp0\\..\\..\\dist\\cli\\crew.js" %*\r\n`);
    return;
  }
  const link = 'node_modules/.bin/crew';
  if (!existsSync(link)) {
    rmSync(link, { force: true });
    symlinkSync(`../../${BIN}`, link);
  }
}
