import { closest, suggest } from './closest.ts';
import { crew, sop } from './generated/file-validators.generated.js';
import { BRANCH_KINDS, BRANCH_VALIDATORS, PHASE_KINDS, PHASE_VALIDATORS } from './phase-kinds.ts';
import { listWords, quote, type Report } from './report.ts';
import { explainProblems, type SchemaPlace } from './schema-problems.ts';
import { entryOf, keyPlaceOf, type MapEntry, type NodePath, type SourceNode, toJson } from './source-node.ts';
import type { Validate } from './validate.ts';

interface KindTable {
  readonly kinds: readonly string[];
  readonly validators: Readonly<Record<string, Validate>>;
  readonly what: string;
}

const PHASES: KindTable = { kinds: PHASE_KINDS, validators: PHASE_VALIDATORS, what: 'phase' };
const BRANCHES: KindTable = { kinds: BRANCH_KINDS, validators: BRANCH_VALIDATORS, what: 'branch' };
/** The work for each item, under `do`. */
const WORKS: KindTable = { ...BRANCHES, what: 'piece of work' };

/**
 * Reports where a file does not have the shape of its kind. A phase is held only against the schema of its own kind,
 * so that one mistake gives one diagnostic. Deterministic.
 */
export function validateShape(kind: 'crew' | 'sop', root: SourceNode, report: Report): void {
  const place: SchemaPlace = { root, path: [], report };
  explainProblems(run(kind === 'crew' ? crew : sop, toJson(root)), place);
  const phases = entryOf(root, 'phases')?.value;
  if (phases?.kind !== 'map') return;
  for (const entry of phases.entries) validateKind(PHASES, entry, { ...place, path: ['phases', entry.key] });
}

function run(validate: Validate, value: unknown): NonNullable<Validate['errors']> {
  return validate(value) ? [] : (validate.errors ?? []);
}

function validateKind(table: KindTable, entry: MapEntry, place: SchemaPlace): void {
  const node = entry.value;
  // The validator of the parent has said already that this must be a mapping.
  if (node.kind !== 'map' || entry.key.startsWith('x-')) return;
  const keys = node.entries.map(one => one.key);
  const kinds = keys.filter(key => table.kinds.includes(key));
  const [kind] = kinds;
  if (kind === undefined) refuseKind(table, entry, keys, place);
  else if (kinds.length > 1) refuseSeveral(table, kinds, place);
  else validateOne(table, kind, entry, place);
}

/** A phase without a kind that it may have: one that only a phase may have, or none at all. */
function refuseKind(table: KindTable, entry: MapEntry, keys: readonly string[], place: SchemaPlace): void {
  const foreign = table === PHASES ? undefined : keys.find(key => PHASES.kinds.includes(key));
  const hint = `a ${table.what} has ${listWords(table.kinds)}`;
  if (foreign === undefined) {
    const mistyped = keys.find(key => closest(key, table.kinds) !== undefined);
    if (mistyped !== undefined) {
      const message = `The key ${quote(mistyped)} is not known here`;
      const near = suggest(mistyped, table.kinds);
      place.report({ code: 'unknown-key', range: keyAt(place, mistyped), message, hint: near });
      return;
    }
    const message = `The ${table.what} ${quote(entry.key)} does not say what it does`;
    place.report({ code: 'no-kind', range: keyPlaceOf(place.root, place.path), message, hint });
    return;
  }
  const message = `A ${table.what} cannot have ${quote(foreign)}`;
  const inside =
    foreign === 'end' ? '' : `; put ${quote(foreign)} into a file of its own and name it with \`crew\``;
  place.report({ code: 'wrong-kind-inside', range: keyAt(place, foreign), message, hint: hint + inside });
}

function validateOne(table: KindTable, kind: string, entry: MapEntry, place: SchemaPlace): void {
  const validate = table.validators[kind];
  if (validate) explainProblems(run(validate, toJson(entry.value)), place);
  if (kind === 'each') {
    const work = entryOf(entry.value, 'do');
    if (work) validateKind(WORKS, work, { ...place, path: [...place.path, 'do'] });
  }
  const branches = kind === 'parallel' ? entryOf(entry.value, 'parallel')?.value : undefined;
  if (branches?.kind !== 'map') return;
  for (const branch of branches.entries) {
    validateKind(BRANCHES, branch, { ...place, path: [...place.path, 'parallel', branch.key] });
  }
}

function keyAt(place: SchemaPlace, key: string): ReturnType<typeof keyPlaceOf> {
  const path: NodePath = [...place.path, key];
  return keyPlaceOf(place.root, path);
}

function refuseSeveral(table: KindTable, kinds: readonly string[], place: SchemaPlace): void {
  const message = `The ${table.what} ${quote(String(place.path.at(-1)))} has ${kinds.map(quote).join(' and ')}; it can do one kind of work only`;
  const range = keyAt(place, String(kinds[1]));
  place.report({ code: 'several-kinds', range, message, hint: `make it two ${plural(table.what)}` });
}

const PLURALS = new Map([
  ['branch', 'branches'],
  ['piece of work', 'pieces of work'],
]);

function plural(word: string): string {
  return PLURALS.get(word) ?? `${word}s`;
}
