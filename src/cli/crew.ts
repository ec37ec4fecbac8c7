#!/usr/bin/env node
// The door of the program. It stays readable for old Nodes, so that they can be told what is missing, and answers
// `--version` before anything else is loaded.
import { readFileSync } from 'node:fs';
import module from 'node:module';

const REQUIRED_MAJOR = 24;

async function start(): Promise<void> {
  const version = readVersion();
  const [first] = process.argv.slice(2);
  if (process.argv.length === 3 && (first === '--version' || first === '-V')) {
    process.stdout.write(`${version}\n`);
    return;
  }
  const [major = '0'] = process.versions.node.split('.');
  if (Number(major) < REQUIRED_MAJOR) {
    process.stderr.write(
      `error[NODE_TOO_OLD]: crew ${version} needs Node ${REQUIRED_MAJOR} or newer, and this is Node ${process.versions.node}\n  \`npx crew …\` in a checkout takes the Node of its packages; elsewhere install Node ${REQUIRED_MAJOR}.\n`,
    );
    process.exitCode = 3;
    return;
  }
  module.enableCompileCache();
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2), version);
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(manifest) as { version: string }).version);
}

await start();
