import { hashProgram } from '../../src/compiler/compile-crew.ts';
import type { CrewMemory, RoleMemory } from '../../src/model/crew-memory.ts';
import type { Program } from '../../src/model/program.ts';

const MEMORY: CrewMemory = {
  scoring: 'hybrid',
  blocks: [{ name: 'rules', level: 'crew', value: 'Be kind.', limit: 100, description: '', readOnly: false }],
  stream: { weights: {}, halfLifeMs: 1, threshold: 1 },
  pinned: true,
};
const ROLE: RoleMemory = {
  blocks: ['rules'],
  recall: 2,
  lessons: 1,
  levels: ['role', 'crew'],
  observe: true,
};

/** The same program with a memory for every role, also inside. */
export function remembering(program: Program): Program {
  const { crews, ...rest } = program;
  const inner = Object.entries(crews ?? {}).map(([path, each]) => [path, remembering(each)] as const);
  const parts = {
    ...rest,
    memory: MEMORY,
    roles: program.roles.map(role => ({ ...role, memory: ROLE })),
    ...(crews === undefined ? {} : { crews: Object.fromEntries(inner) }),
  };
  return { ...parts, hash: hashProgram(parts) };
}
