import {
  type BlockDeclaration,
  type CrewMemory,
  DEFAULT_HALF_LIFE_MS,
  type RecallWeights,
  type RoleMemory,
} from '../model/crew-memory.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { MEMORY_LEVELS } from '../model/memory.ts';
import type { RecallScoring } from '../model/recall.ts';
import { readDurationMs } from './amounts.ts';
import { asObject, asText, asTexts, compact, namedRows, wholeNumber } from './lower-values.ts';

const MS_PER_DAY = 86_400_000;
const SCORINGS: readonly RecallScoring[] = ['hybrid', 'generative-agents', 'newest'];
const WEIGHTS: readonly (keyof RecallWeights)[] = [
  'relevance',
  'vector',
  'neighbours',
  'session',
  'author',
  'importance',
  'recency',
  'outcome',
];

/** What counts where the author says nothing. Amounts of notes and lessons, characters of a block. */
const DEFAULTS = { recall: 10, lessons: 3, limit: 2000 } as const;

/** The memory of a crew as it is written, or undefined when it has none. Reads what is well formed. Pure. */
export function lowerCrewMemory(value: JsonValue | undefined): CrewMemory | undefined {
  if (value === undefined) return undefined;
  const { store, embedder, scoring, blocks, stream, expires_after: expires, pinned } = asObject(value);
  return {
    ...compact({
      store: asText(store) || undefined,
      embedder: asText(embedder) || undefined,
      expiresAfterMs: readSpanMs(expires),
    }),
    scoring: SCORINGS.find(one => one === scoring) ?? 'hybrid',
    blocks: namedRows(blocks).map(lowerBlock),
    stream: lowerStream(asObject(stream)),
    pinned: pinned !== false,
  };
}

/**
 * The memory of a role as it is written: `true` is all that there is, `false` and nothing are none. `declared` are the
 * blocks of its crew. Pure.
 */
export function lowerRoleMemory(
  value: JsonValue | undefined,
  declared: readonly string[],
): RoleMemory | undefined {
  if (value === undefined || value === false) return undefined;
  const { blocks, recall, lessons, levels, observe } = asObject(value === true ? {} : value);
  const named = MEMORY_LEVELS.filter(level => asTexts(levels).includes(level));
  return {
    blocks: blocks === undefined ? declared : asTexts(blocks),
    recall: amountOf(recall, DEFAULTS.recall),
    lessons: amountOf(lessons, DEFAULTS.lessons),
    levels: named.length === 0 ? ['role', 'crew', 'project'] : named,
    observe: observe !== false,
  };
}

function amountOf(value: JsonValue | undefined, otherwise: number): number {
  if (value === false) return 0;
  return wholeNumber(value) ?? otherwise;
}

function lowerBlock([name, value]: [string, JsonValue]): BlockDeclaration {
  const written = typeof value === 'string' ? { value } : asObject(value);
  const { limit, level, read_only: readOnly, description } = written as JsonObject;
  return {
    name,
    level: MEMORY_LEVELS.find(one => one === level) ?? 'role',
    value: asText(written.value),
    limit: wholeNumber(limit) ?? DEFAULTS.limit,
    description: asText(description),
    readOnly: readOnly === true,
  };
}

function lowerStream({ weights, half_life: halfLife, threshold, model }: JsonObject): CrewMemory['stream'] {
  const given = asObject(weights);
  const rows = WEIGHTS.flatMap(name => {
    const weight = given[name];
    return typeof weight === 'number' ? [[name, weight] as const] : [];
  });
  return {
    weights: Object.fromEntries(rows),
    halfLifeMs: readSpanMs(halfLife) ?? DEFAULT_HALF_LIFE_MS,
    threshold: typeof threshold === 'number' ? threshold : 0,
    ...compact({ model: asText(model) || undefined }),
  };
}

/** Also days, which only memory knows. */
function readSpanMs(value: JsonValue | undefined): number | undefined {
  const days = typeof value === 'string' ? /^(\d+(?:\.\d+)?)d$/.exec(value)?.[1] : undefined;
  return days === undefined ? readDurationMs(value) : Math.round(Number(days) * MS_PER_DAY);
}
