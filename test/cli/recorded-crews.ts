import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crew, type Ended } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

/** A poet and a critic in a loop, a list of files, and a key that no file of a run may hold. */
const HAIKU = `version: 1
crew: haiku
goal: Write a haiku that its critic likes.
budget: { calls: 50 }
inputs: { topic: { type: string, default: autumn } }
tools: { files: builtin:files }
roles: { poet: { goal: Write. }, critic: { goal: Judge. } }
start: look
phases:
  look: { tool: files.list, with: { path: . }, next: write }
  write:
    role: poet
    task: "A haiku about {{ inputs.topic }}, try {{ visit }}."
    max_visits: 3
    on_limit: gave_up
    next: review
  review:
    role: critic
    task: "Judge: {{ write }}"
    output: { type: object, required: [ok], properties: { ok: { type: boolean } } }
    next: [{ when: review.ok, to: done }, { to: write }]
  done: { end: success, result: "{{ write }}" }
  gave_up: { end: failure, result: None was liked. }
`;
const KIND = `version: 1
replies:
  - { phase: write, text: "Leaves fall" }
  - { phase: review, json: { ok: false } }
  - { phase: write, text: "Leaves let go\\nand drift" }
  - { phase: review, json: { ok: true } }
`;
const STRICT = `version: 1
replies:
  - { phase: write, times: 3, text: "Leaves fall" }
  - { phase: review, times: 3, json: { ok: false } }
`;
const SIGN = `version: 1
crew: sign
goal: Sign off.
start: approve
phases:
  approve: { human: "May it go out?", choices: [release, stop], next: done }
  done: { end: success, result: "{{ approve.choice }}" }
`;

/** A folder with crews that run without a language model, and its journal. */
export interface Place {
  readonly folder: string;
  readonly call: (...args: readonly string[]) => Promise<Ended>;
  /** Runs a crew and gives the run's id. */
  readonly run: (...args: readonly string[]) => Promise<string>;
  /** Does something to the journal behind everybody's back. */
  readonly tamper: (sql: string) => void;
}

/** The poet and the critic: `kind` ends in success at the second try, `strict` in failure after the third. */
export const haiku = (how: 'kind' | 'strict'): readonly string[] => [
  'haiku.crew.yaml',
  '--model',
  `script:${how}.yaml`,
];

/** Makes a place in a folder of its own. */
export function makePlace(): Place {
  const folder = makeFolder();
  const files = { 'haiku.crew': HAIKU, 'sign.crew': SIGN, kind: KIND, strict: STRICT };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.yaml`), text);
  const call = (...args: readonly string[]) => crew(args, { from: folder });
  return {
    folder,
    call,
    async run(...args) {
      const { stderr } = await call('run', ...args);
      const id = /· run (\S+) ·/.exec(stderr)?.[1];
      if (id === undefined) throw new Error(`no run began: ${stderr}`);
      return id;
    },
    tamper(sql) {
      const database = new DatabaseSync(join(folder, '.crew/runs.db'));
      database.exec(sql);
      database.close();
    },
  };
}
