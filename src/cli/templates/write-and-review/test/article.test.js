// Runs the crew with written replies: `node --test`. CREW names the program, `npx crew` unless it is set.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const [program, ...first] = (process.env.CREW ?? 'npx crew').split(' ');

function crew(...args) {
  return execFileSync(program, [...first, ...args], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });
}

test('a criticised draft is written anew until it is approved', () => {
  const run = JSON.parse(crew('run', 'crews/article.crew.yaml', '--model', 'script:replies.yaml', '--json'));
  assert.equal(run.outcome, 'success');
  assert.match(run.result, /and why in the body/);
  assert.equal(run.spend.calls, 4);
});
