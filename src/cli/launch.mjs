#!/usr/bin/env node
// What npm links as `crew`. It is written in plain JavaScript and is there before anything is built: npx breaks its
// own cache for good when the file behind a command is missing.
import { existsSync } from 'node:fs';

const built = new URL('../../dist/cli/crew.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write('crew is not built yet; run `npm ci` first.\n');
  process.exitCode = 3;
}
