// Loaded into a process of the product by `node --import`. Every write to the journal is counted, over all processes that
// share the count's file, and the process kills itself right before or right after the one that CREW_KILL_AT names: `12-`
// before the twelfth, `12+` after it. Without CREW_KILL_AT it only counts.
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync, StatementSync } from 'node:sqlite';

const { CREW_KILL_AT = '', CREW_KILL_COUNT = '' } = process.env;
const due = Number.parseInt(CREW_KILL_AT, 10);
const after = CREW_KILL_AT.endsWith('+');
let count = readCount();

function readCount() {
  try {
    return Number(readFileSync(CREW_KILL_COUNT, 'utf8'));
  } catch {
    return 0;
  }
}

function counted(write) {
  count += 1;
  writeFileSync(CREW_KILL_COUNT, String(count));
  if (count === due && !after) process.kill(process.pid, 'SIGKILL');
  const result = write();
  if (count === due) process.kill(process.pid, 'SIGKILL');
  return result;
}

const { run } = StatementSync.prototype;
StatementSync.prototype.run = function counting(...values) {
  return counted(() => run.apply(this, values));
};
const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function counting(sql) {
  return /^\s*COMMIT/i.test(sql) ? counted(() => exec.call(this, sql)) : exec.call(this, sql);
};
