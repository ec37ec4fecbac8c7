import { quote, type Report } from './report.ts';
import { entryOf, type MapEntry, nodeRange, type SourceNode } from './source-node.ts';

/** The version of the language that the schemas describe. */
const CURRENT_VERSION = 1;

type Step = (root: SourceNode) => SourceNode;

/**
 * How a file of each earlier version becomes one of the next. Places stay those of the text, so that diagnostics point
 * at what the author wrote. Version 0, of the drafts before the first release, has the keys of version 1: its step
 * changes nothing, and stands here as the form of those that will.
 */
const STEPS: ReadonlyMap<number, Step> = new Map([[0, root => root]]);

/**
 * Lifts a crew or SOP file to the current version, one step after the other, and reports that it is an old one. What
 * has no such version, a newer one or none at all, stays as it is: the schema refuses it. Pure but for `report`.
 */
export function upgradeSource(root: SourceNode, report: Report): SourceNode {
  const written = entryOf(root, 'version')?.value;
  if (written?.kind !== 'scalar' || typeof written.value !== 'number') return root;
  const from = written.value;
  if (!STEPS.has(from)) return root;
  let upgraded = root;
  for (let version = from; version < CURRENT_VERSION; version += 1) {
    upgraded = STEPS.get(version)?.(upgraded) ?? upgraded;
  }
  const message = `This file is of version ${from}; it is read as version ${CURRENT_VERSION}`;
  const hint = `write ${quote(`version: ${CURRENT_VERSION}`)}`;
  report({ code: 'outdated-version', range: nodeRange(written), message, hint, severity: 'info' });
  return withVersion(upgraded);
}

function withVersion(root: SourceNode): SourceNode {
  if (root.kind !== 'map') return root;
  return { ...root, entries: root.entries.map(current) };
}

function current(entry: MapEntry): MapEntry {
  if (entry.key !== 'version' || entry.value.kind !== 'scalar') return entry;
  return { ...entry, value: { ...entry.value, value: CURRENT_VERSION } };
}
