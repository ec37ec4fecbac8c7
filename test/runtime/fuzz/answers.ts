import { ERROR_CODES, type ErrorCode } from '../../../src/model/crew-error.ts';
import type {
  ActEffect,
  MemoryRecallEffect,
  MemoryWriteEffect,
  PersonAskEffect,
  ToolCallEffect,
} from '../../../src/model/effect.ts';
import type { Fact } from '../../../src/model/fact.ts';
import type { JsonValue } from '../../../src/model/json.ts';
import type { Program } from '../../../src/model/program.ts';
import type { RecalledNote } from '../../../src/model/recall.ts';
import type { Dice } from './dice.ts';
import { fittingValue } from './fitting-value.ts';
import { hostileReply } from './hostile-reply.ts';
import { hostileText } from './hostile-text.ts';

/** Who answers, and in which mood. `calm`: nothing that holds a run happens any more. */
export interface Answering {
  readonly program: Program;
  readonly dice: Dice;
  readonly at: number;
  readonly goodwill: number;
  readonly calm: boolean;
  readonly usesTokens: boolean;
}

/** What comes of an act: anything that a model, a tool or a person may do. */
export function answerAct(act: ActEffect, answering: Answering): Fact {
  switch (act.type) {
    case 'model.call':
      return hostileReply(act, answering.at, {
        ...answering,
        names: answering.program.roles.map(({ name }) => name),
      });
    case 'tool.call':
      return toolOutcome(act, answering);
    case 'person.ask':
      return personOutcome(act, answering);
    case 'path.resolve': {
      const places = Object.fromEntries(act.paths.map(path => [path, `/workspace/${path}`]));
      return { type: 'paths.resolved', at: answering.at, key: act.key, places };
    }
    case 'memory.recall':
    case 'memory.write':
      return memoryOutcome(act, answering);
    case 'timer.start':
      return { type: 'timer.fired', at: answering.at, key: act.key };
  }
}

/** Memory gives anything that strangers may have written, or nothing at all. */
function memoryOutcome(act: MemoryRecallEffect | MemoryWriteEffect, { dice, at }: Answering): Fact {
  const shared = { at, key: act.key, ms: dice.below(1_000) };
  if (dice.chance(0.2)) {
    const failure = { code: 'MEMORY_UNAVAILABLE', message: hostileText(dice, []) } as const;
    return { ...shared, type: 'memory.failed', failure };
  }
  if (act.type === 'memory.write') {
    const notes = act.writes.flatMap(({ op }, index) =>
      op === 'note' ? [{ id: `n${index}`, state: dice.pick(['new', 'merged', 'quarantined'] as const) }] : [],
    );
    const gathered = { 'crew:fuzz': dice.below(3) };
    return { ...shared, type: 'memory.written', written: { notes, retired: [], gathered, version: 1 } };
  }
  const note = (): RecalledNote => ({
    ...{ id: `n${dice.below(99)}`, kind: 'fact', text: hostileText(dice, []), gist: hostileText(dice, []) },
    ...{
      scope: 'crew:fuzz',
      runId: 'r',
      phase: 'p',
      role: 'r',
      createdAt: at,
      score: 1,
      parts: { words: 1 },
    },
    trust: dice.pick([1, 2, 3] as const),
  });
  const { roles, stream } = act.request;
  const recalled = {
    version: 1,
    remarks: [],
    roles: roles.map(({ role, notes, lessons, decisions }) => ({
      ...{ role, blocks: [], notes: notes === undefined ? [] : [note()] },
      lessons: lessons === undefined ? [] : [note()],
      ...(decisions === undefined ? {} : { decisions: [note()] }),
    })),
    ...(stream === undefined ? {} : { stream: [[note(), note()]] }),
  };
  return { ...shared, type: 'memory.recalled', recalled };
}

const TOOL_FAILURES: readonly ErrorCode[] = [
  'TOOL_FAILED',
  'TOOL_ARGUMENTS',
  'TOOL_UNKNOWN',
  'OUTSIDE_WORKSPACE',
];
const WORLD_FAILURES = (Object.keys(ERROR_CODES) as ErrorCode[]).filter(code =>
  /^(TOOL_MISSING|TOOL_CHANGED|NOT_A|FILE_|HISTORY)/.test(code),
);

function toolOutcome(act: ToolCallEffect, { dice, at, program: root, calm }: Answering): Fact {
  const shared = { at, key: act.key, ms: dice.below(1_000) };
  if (dice.chance(0.1)) {
    const code = dice.pick(calm || dice.chance(0.7) ? TOOL_FAILURES : WORLD_FAILURES);
    const message = dice.chance(0.05) ? 'long '.repeat(3_000) : hostileText(dice, []);
    return { ...shared, type: 'tool.failed', failure: { code, message } };
  }
  const inside = (act.crew ?? '').split('/').filter(part => part !== '');
  const program = inside.reduce<Program | undefined>((own, part) => own?.crews?.[part], root);
  const schema = program?.tools.find(({ name }) => name === act.tool)?.outputSchema;
  const fits = schema !== undefined && dice.chance(0.9);
  const value = fits
    ? fittingValue(schema, dice)
    : dice.pick<JsonValue>([act.args, 'text', null, 7, [], { passed: dice.chance(0.5) }]);
  return { ...shared, type: 'tool.returned', value };
}

function personOutcome({ key, question }: PersonAskEffect, { dice, at, calm }: Answering): Fact {
  const said = { type: 'person.answered', at, key, by: 'somebody' } as const;
  if (!calm && dice.chance(0.15)) return { type: 'person.absent', at, key };
  if (question.kind === 'approval') {
    return {
      ...said,
      choice: dice.pick(['allow', 'allow', 'deny']),
      text: dice.chance(0.2) ? hostileText(dice, []) : null,
    };
  }
  if (question.kind === 'uncertain') {
    const isClear = calm || dice.chance(0.8);
    const text = dice.pick(['null', '{"passed": true}', null, isClear ? '7' : '{']);
    return { ...said, choice: dice.pick(isClear ? ['done', 'not done'] : ['', 'perhaps']), text };
  }
  const { choices, freeText } = question;
  if (!calm && dice.chance(0.1)) return { ...said, choice: dice.pick(['', 'perhaps', null]), text: null };
  const isText = choices.length === 0 || (freeText && dice.chance(0.3));
  return isText
    ? { ...said, choice: null, text: hostileText(dice, []) }
    : { ...said, choice: dice.pick(choices), text: null };
}
