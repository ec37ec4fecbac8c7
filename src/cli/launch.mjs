#!/usr/bin/env node
// What npm links as `crew`. It is written in plain JavaScript and is there before anything is built: npx breaks its
// own cache for good when the file behind a command is missing. Old Nodes read it, too.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../../dist/cli/crew.js', import.meta.url);
/** The Node that came with the packages of a checkout. */
const ownNode = new URL('../../node_modules/node/bin/node', import.meta.url);
const isOld = Number(process.versions.node.split('.', 1)[0]) < 24;

if (!existsSync(built)) {
  process.stderr.write('crew is not built yet; run `npm ci` first.\n');
  process.exitCode = 3;
} else if (isOld && existsSync(ownNode)) {
  runByOwnNode();
} else {
  await import(built.href);
}

/** The terminal tells its signals to both; what is sent to this process alone is passed on. */
function runByOwnNode() {
  const args = [fileURLToPath(built), ...process.argv.slice(2)];
  const child = spawn(fileURLToPath(ownNode), args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', error => {
    process.stderr.write(`crew cannot start ${fileURLToPath(ownNode)}: ${error.message}\n`);
    process.exitCode = 3;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
