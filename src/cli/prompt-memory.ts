import type { WithoutMemory } from '../model/fact.ts';
import type { Program } from '../model/program.ts';
import type { Recalled, RecalledRole, RecallRequest } from '../model/recall.ts';
import type { RememberedNote } from '../model/run-event.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { FlagValues, Terminal } from './command.ts';
import { lookBefore, recalledRoles, type SeenMemory } from './memory/look-before.ts';
import type { PromptPlace } from './prompt-place.ts';
import { loadMemoryLook } from './wire-memory.ts';
import { realWorld } from './world.ts';

/** What of a rendered prompt comes out of memory, and what is not known of it. */
export interface ShownMemory extends Pick<SeenMemory, 'state' | 'place' | 'version' | 'why' | 'remarks'> {
  /** Version 0 is what the crew declares. */
  readonly blocks: readonly { readonly role: string; readonly label: string; readonly version: number }[];
  /** With the decisions of earlier runs. */
  readonly notes: readonly RememberedNote[];
  readonly lessons: readonly { readonly id: string; readonly lesson: string; readonly why: string }[];
}

/** The memory that is seen before a run: what rendering needs of it, and what the first call of a role has of it. */
interface SeenBefore {
  readonly options: {
    readonly recalled?: ReadonlyMap<string, readonly RecalledRole[]>;
    readonly withoutMemory?: WithoutMemory;
    readonly at: number;
  };
  readonly shownTo: (role: string, place: PromptPlace, program: Program) => ShownMemory | undefined;
}

/** Looks at what a run that began now would be reminded of; undefined where nothing is remembered. Fails as `lookBefore`. */
export async function seeMemory(
  program: Program,
  requests: readonly RecallRequest[],
  where: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<SeenBefore | undefined> {
  const seen = await lookBefore(program, requests, where);
  if (seen === undefined) return undefined;
  const at = realWorld.now();
  if (seen.state === 'off') {
    return {
      options: { withoutMemory: 'stored', at },
      shownTo: () => (requests.length === 0 ? undefined : bare(seen)),
    };
  }
  if (seen.state === 'unread') return { options: { at }, shownTo: () => bare(seen) };
  const { recalledEvents } = await loadMemoryLook();
  const told = (recalled: Recalled, phase: string) =>
    recalledEvents({ type: 'memory.recalled', at, key: '', ms: 0, recalled }, phase);
  return {
    options: { recalled: recalledRoles(seen), at },
    shownTo: (role, place, owner) => {
      const events = [...seen.recalled].flatMap(([phase, recalled]) =>
        told({ ...recalled, roles: rolesAt(recalled, { role, place, isPart: phase.includes('.') }) }, phase),
      );
      const all = events.flatMap(event => (event.type === 'memory.recalled' ? [event] : []));
      const remarks = [...seen.remarks, ...laterRemarks(place, owner)];
      return {
        ...bare({ ...seen, remarks }),
        blocks: all.flatMap(({ blocks }) => blocks),
        notes: all.flatMap(({ notes }) => notes),
        lessons: events.flatMap(event =>
          event.type === 'lesson.used' ? [{ id: event.id, lesson: event.lesson, why: event.why }] : [],
        ),
      };
    },
  };
}

function bare({ state, place, version, why, remarks }: SeenMemory): ShownMemory {
  return {
    state,
    ...(place === undefined ? {} : { place }),
    ...(version === undefined ? {} : { version }),
    ...(why === undefined ? {} : { why }),
    ...{ remarks, blocks: [], notes: [], lessons: [] },
  };
}

/**
 * What the first call of a role has of an answer: blocks and notes are those of the role where it works, lessons reach all that is
 * inside, and decisions are for who manages.
 */
function rolesAt(
  { roles }: Recalled,
  at: { readonly role: string; readonly place: PromptPlace; readonly isPart: boolean },
): readonly RecalledRole[] {
  const { work, path } = at.place;
  const isOwn = at.isPart === path.includes('.');
  const own = roles.filter(({ role }) => role === '' || (isOwn && role === at.role));
  return own.map(({ decisions, ...each }) =>
    work.kind === 'manage' && decisions !== undefined ? { ...each, decisions } : each,
  );
}

/** What happens in a run before it comes to a place is not known. */
function laterRemarks({ phase }: PromptPlace, { machine }: Program): readonly string[] {
  const start = String(machine.initial).split('$', 1)[0];
  return phase.name === start
    ? []
    : [
        `what earlier phases of the same run remember is not known before it, and may be told at \`${phase.name}\` as well`,
      ];
}

/** What is said of it beside the prompt, line by line; `samples` are the values that stand for those that were not given. Pure. */
export function memoryRemarks(memory: ShownMemory, samples: readonly string[]): readonly string[] {
  const { state, place, version, why, blocks, notes, lessons, remarks } = memory;
  if (state === 'off') return ['a run without memory is shown, as it is asked for'];
  if (state === 'unread') return [oneLine(`what is remembered is not shown: ${why}`)];
  const where =
    state === 'new'
      ? `there is no memory at ${place} yet, so a run begins with what the crew declares`
      : `memory of ${place}, version ${version}, as a run that begins now is told of it`;
  const isBare = blocks.length + notes.length + lessons.length === 0;
  const isSearched = state === 'read' && samples.length > 0;
  return [
    where,
    ...blocks.map(
      block =>
        `block \`${block.label}\`: ${block.version === 0 ? 'as the crew declares it' : `version ${block.version}`}`,
    ),
    ...notes.map(({ kind, id, gist, why: chosen }) => `${kind} ${id} (${chosen}): ${gist}`),
    ...lessons.map(({ id, lesson, why: chosen }) => `lesson ${id} (${chosen}): ${lesson}`),
    ...(isBare && state === 'read' ? ['nothing of it is told here'] : []),
    ...remarks,
    ...(isSearched
      ? ['notes were looked for with samples in the task; with other values others may be found']
      : []),
  ].map(oneLine);
}

function oneLine(text: string): string {
  return sanitizeText(text, { keepNewlines: false });
}
