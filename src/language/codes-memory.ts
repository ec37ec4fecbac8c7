import type { CodeRow } from './code-row.ts';

const REMEMBERING_CREW = `version: 1
crew: example
goal: Keep the house.
memory:
  store: .crew/memory
  scoring: hybrid
  blocks:
    rules: { value: Be kind., limit: 100, read_only: true }
    board: { level: crew }
  stream: { weights: { recency: 0.1 }, model: cheap }
models:
  cheap: { use: "openai:gpt-5-nano" }
roles:
  keeper: { goal: Keep it., tools: [notes], memory: { blocks: [rules, board] } }
  guest: { goal: Visit., memory: true }
tools:
  notes: builtin:memory
budget: { calls: 20 }
start: keep
phases:
  keep: { role: keeper, task: Keep it., next: look }
  look: { role: guest, task: "Look at {{ keep }}", next: done }
  done: { end: success, result: "{{ look }}" }
`;

/** A row whose bad example is the crew that remembers with one stretch replaced. */
function swapMemory(severity: CodeRow['severity'], meaning: string, from: string, to: string): CodeRow {
  const bad = REMEMBERING_CREW.replace(from, () => to);
  return { severity, meaning, bad, good: REMEMBERING_CREW };
}

/** Codes about what crews remember. */
export const MEMORY_CODES = {
  'unknown-block': swapMemory(
    'error',
    'A role sees only blocks that `memory.blocks` of its crew declares.',
    'blocks: [rules, board]',
    'blocks: [rules, bord]',
  ),
  'block-too-long': swapMemory(
    'error',
    'The declared value of a memory block fits into its limit.',
    'limit: 100',
    'limit: 5',
  ),
  'memory-place': swapMemory(
    'error',
    'The memory of a crew is in a folder below the workspace, or at an address (`s3://`, `gs://`, `az://`, `db://`) without a password; only a person may name another folder, in their settings.',
    'store: .crew/memory',
    'store: ../memory',
  ),
  'memory-tools-without-memory': swapMemory(
    'error',
    'A role that may call tools of `builtin:memory` has a memory.',
    'tools: [notes], memory: { blocks: [rules, board] }',
    'tools: [notes]',
  ),
  'memory-without-effect': swapMemory(
    'warning',
    'What is said of memory has an effect: some role has a memory, each block is seen by one, and weights are those of the scoring.',
    'scoring: hybrid',
    'scoring: newest',
  ),
} as const satisfies Record<string, CodeRow>;
