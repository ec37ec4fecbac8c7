import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { libraryTerminal } from '../../src/cli/library-terminal.ts';
import { loadProgram } from '../../src/cli/load-program.ts';
import { replayFacts } from '../../src/cli/replay-facts.ts';
import { readRunFile } from '../../src/cli/run-file.ts';
import type { JsonValue } from '../../src/model/json.ts';
import type { Program } from '../../src/model/program.ts';
import { createRedactor } from '../../src/policy/redact.ts';
import type { RecordedRun } from '../../src/ports/engine.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const CREWS = readdirSync(join(ROOT, 'crews')).flatMap(name => /^(.+)\.crew\.yaml$/.exec(name)?.[1] ?? []);
const cassette = (name: string) => join(ROOT, 'crews/tests', `${name}.run.jsonl`);
const readText = (name: string) => readFileSync(cassette(name), 'utf8');
/** 100 in the campaign, fewer in every run of the tests. */
const REPLAYS = Number(process.env.REPLAYS ?? 5);

async function streamOf(run: RecordedRun, program: Program): Promise<string> {
  const lines: string[] = [];
  const path = 'a.jsonl';
  const replayed = await replayFacts({
    run,
    program,
    path,
    onEvent: event => lines.push(JSON.stringify(event)),
  });
  if (replayed.type === 'mismatch') throw new Error(JSON.stringify(replayed.mismatch, null, 2));
  return lines.join('\n');
}

describe.each(CREWS)('the recording of %s', name => {
  test('is replayed by the shipped crew, each time byte for byte the same', async () => {
    const run = await readRunFile(`${name}.run.jsonl`, readText(name));
    const own = await streamOf(run, run.program);
    const terminal = libraryTerminal(ROOT, {});
    const program = await loadProgram(`crews/${name}.crew.yaml`, terminal);
    const first = await streamOf(run, program);
    expect(first.replace(program.hash, run.program.hash)).toBe(own);
    for (let replay = 1; replay < REPLAYS; replay += 1) expect(await streamOf(run, program)).toBe(first);
  });

  test('has no secret and no path of the machine in it', () => {
    const redact = createRedactor([]);
    for (const line of readText(name).trimEnd().split('\n')) {
      const value = JSON.parse(line) as JsonValue;
      expect(redact(value)).toEqual(value);
    }
    expect(readText(name)).not.toMatch(/["' ]\/(tmp|home|root|Users|private|var)\//);
  });
});

test.each(CREWS)('%s has tests beside it', name => {
  const text = readFileSync(join(ROOT, 'crews/tests', `${name}.crewtest.yaml`), 'utf8');
  expect(text).toContain(`crew: ../${name}.crew.yaml`);
  expect(text).toContain(`cassette: ${name}.run.jsonl`);
});
