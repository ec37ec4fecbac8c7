// The workloads as crews, through the public door of the library: every effect is journalled on disk.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHAT_TURNS, ENSEMBLE, REVIEW_ROUNDS, REVIEW_SCHEMA } from './workloads.mjs';

const HEAD = 'version: 1\ncrew: bench\ngoal: Be measured.\n';
const ROLES = `roles:
  first: { goal: Do the first part. }
  second: { goal: Do the second part. }
  third: { goal: Do the third part. }
`;
const DONE = name => `  done: { end: success, result: "{{ ${name} }}" }\n`;
const members = Array.from({ length: ENSEMBLE }, (_, index) => `m${index}`);

const one = `${HEAD}${ROLES}start: write
phases:
  write: { role: first, task: Write., next: done }
${DONE('write')}`;

const CREWS = {
  sop: `${HEAD}${ROLES}start: plan
phases:
  plan: { role: first, task: Plan the work., next: draft }
  draft: { role: second, task: "Write what was planned: {{ plan }}", next: check }
  check: { role: third, task: "Check what was written: {{ draft }}", next: done }
${DONE('check')}`,
  tools: `${HEAD}roles:
  first: { goal: List., tools: [files.list] }
tools: { files: builtin:files }
start: list
phases:
  list: { role: first, task: List all parts., max_turns: 20, next: done }
${DONE('list')}`,
  chat: `${HEAD}${ROLES}start: chat
phases:
  chat:
    talk: [first, second]
    speaker: handoff
    task: Settle the matter.
    max_turns: ${CHAT_TURNS}
    next: done
${DONE('chat')}`,
  ensemble: `${HEAD}models: { ${members.map(name => `${name}: auto, `).join('')}sum: auto }
start: vote
phases:
  vote:
    ask: What is the answer?
    models: [${members.join(', ')}]
    summarizer: { model: sum }
    next: done
${DONE('vote')}`,
  review: `${HEAD}${ROLES}start: write
phases:
  write:
    role: first
    task: "Round {{ visit }}: write. {% if review %}{{ review.notes }}{% endif %}"
    max_visits: ${REVIEW_ROUNDS}
    next: review
  review:
    role: second
    task: "Round {{ visit }}: review {{ write }}"
    output: ${JSON.stringify(REVIEW_SCHEMA)}
    max_visits: ${REVIEW_ROUNDS}
    next:
      - { when: review.verdict == "approve", to: done }
      - { to: write }
${DONE('write')}`,
  'tokens-20': one,
  'tokens-2000': one,
  steps: count => `${HEAD}${ROLES}start: step
phases:
  step:
    role: first
    task: "Step {{ visit }}. Before: {% if step %}{{ step }}{% endif %}"
    max_visits: ${count}
    next:
      - { when: visit < ${count}, to: step }
      - { to: done }
${DONE('step')}`,
};

const lister = {
  spec: {
    name: 'files.list',
    description: 'Lists files.',
    inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
    readOnly: true,
  },
  call: async ({ path }) => ({ files: [path] }),
};

/** The workloads by name, each one run of a crew that was compiled before. */
export async function crewWorkloads({ baseUrl, folder, library }) {
  const { compileCrew, loadCrew, runCrew } = await import(library);
  const compile = async (name, text) => {
    const path = join(folder, `${name}.crew.yaml`);
    writeFileSync(path, text);
    return compileCrew(await loadCrew(path));
  };
  const run = async (name, program) => {
    const model = name.startsWith('tokens-') ? `openai:${name}` : 'openai:bench';
    const aliases = ['default', ...members, 'sum'].filter(
      alias => alias === 'default' || CREWS[name] === CREWS.ensemble,
    );
    const outcome = await runCrew({
      program,
      models: Object.fromEntries(aliases.map(alias => [alias, model])),
      env: { ...process.env, OPENAI_BASE_URL: baseUrl },
      workspace: folder,
      stateDir: folder,
      tools: name === 'tools' ? [lister] : [],
    });
    if (outcome.outcome !== 'success') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    return outcome.result;
  };
  const programs = new Map();
  const workload = name => async () => {
    if (!programs.has(name)) programs.set(name, await compile(name, CREWS[name]));
    return run(name, programs.get(name));
  };
  return {
    ...Object.fromEntries(Object.keys(CREWS).map(name => [name, workload(name)])),
    steps: async (_folder, count) => run('steps', await compile('steps', CREWS.steps(count))),
  };
}
