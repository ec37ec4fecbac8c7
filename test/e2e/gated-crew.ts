import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { ScriptReply } from '../../src/providers/script-schema.ts';
import { makeFolder, makeRepository, type TestRepository } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';

/** The sample repository of an example, made by its own script. */
export function makeSample(example: string): TestRepository {
  const path = makeFolder();
  execFileSync(exampleFile(example, 'make-sample.sh'), [path], {
    env: { PATH: process.env.PATH, HOME: path, GIT_CONFIG_NOSYSTEM: '1' },
  });
  return makeRepository({ path });
}

/** A file of an example, which is named without its number. */
export function exampleFile(example: string, name: string): string {
  const examples = new URL('../../examples/', import.meta.url);
  const folder = readdirSync(examples).find(each => each.replace(/^\d+-/, '') === example);
  if (folder === undefined) throw new Error(`there is no example ${example}`);
  return new URL(`${folder}/${name}`, examples).pathname;
}

/** How a run of a shipped crew ended. */
export interface GatedRun extends Ended {
  // biome-ignore lint/suspicious/noExplicitAny: results have many shapes.
  readonly result: any;
}

/** Runs a shipped crew on a repository with replies, from a list or a file, or with another model. */
export async function runGated(options: {
  readonly name: string;
  readonly repository: TestRepository;
  readonly replies?: readonly ScriptReply[] | string;
  readonly args?: readonly string[];
}): Promise<GatedRun> {
  const { name, repository, replies, args = [] } = options;
  const file = join(inject('product'), 'crews', `${name}.crew.yaml`);
  const call = ['run', file, '--cwd', repository.path, '--model', modelOf(replies), ...args];
  const ended = await crew(call, { env: { HOME: repository.path } });
  return { ...ended, result: ended.stdout === '' ? undefined : JSON.parse(ended.stdout) };
}

function modelOf(replies: readonly ScriptReply[] | string | undefined): string {
  if (replies === undefined) return 'offline';
  if (typeof replies === 'string') return `script:${replies}`;
  const path = join(makeFolder(), 'replies.yaml');
  writeFileSync(path, JSON.stringify({ version: 1, replies }));
  return `script:${path}`;
}
