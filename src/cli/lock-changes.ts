import type { LockedServer, LockedTool } from '../model/crew-lock.ts';
import type { JsonObject } from '../model/json.ts';
import type { ListedTool } from '../model/mcp-listing.ts';
import { foreignLines } from './foreign-lines.ts';

/** How what a server says differs from what was accepted; names sorted. */
export interface LockChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** Compares by pins where the identity is the same, else by what is said. Pure. */
export function lockChanges(before: LockedServer | undefined, now: LockedServer): LockChanges {
  const old = new Map((before?.tools ?? []).map(tool => [tool.name, tool]));
  const fresh = new Map(now.tools.map(tool => [tool.name, tool]));
  const changed = [...fresh].filter(([name, tool]) => {
    const accepted = old.get(name);
    return accepted !== undefined && saidText(accepted) !== saidText(tool);
  });
  return {
    added: [...fresh.keys()].filter(name => !old.has(name)),
    removed: [...old.keys()].filter(name => !fresh.has(name)),
    changed: changed.map(([name]) => name),
  };
}

/** The changes in words, each tool whole: what is new as it is, what has changed line by line. Pure. */
export function changesText(before: LockedServer | undefined, now: LockedServer, columns: number): string {
  const { added, removed, changed } = lockChanges(before, now);
  const find = (server: LockedServer | undefined, name: string): LockedTool | undefined =>
    server?.tools.find(tool => tool.name === name);
  const blocks = [
    ...added.map(name => [`+ ${JSON.stringify(name)}`, ...told(saidLines(find(now, name), 0), columns)]),
    ...changed.map(name => [
      `~ ${JSON.stringify(name)}, which has changed:`,
      ...told(lineDiff(saidLines(find(before, name)), saidLines(find(now, name))), columns),
    ]),
    ...removed.map(name => [`- ${JSON.stringify(name)}, which is gone`]),
  ];
  return blocks.map(rows => rows.join('\n')).join('\n');
}

function told(lines: readonly string[], columns: number): readonly string[] {
  return [foreignLines(lines.join('\n'), columns)];
}

function saidText(tool: ListedTool): string {
  return saidLines(tool).join('\n');
}

/** All that a tool says of itself, but its name; with an indent each part of a schema has its own line. */
function saidLines(tool: ListedTool | undefined, indent = 2): readonly string[] {
  if (tool === undefined) return [];
  const { title, description, inputSchema, outputSchema, annotations } = tool;
  const lines = (name: string, value: JsonObject | boolean | undefined): readonly string[] =>
    value === undefined ? [] : `${name}: ${JSON.stringify(sorted(value), null, indent)}`.split('\n');
  return [
    ...(title === undefined ? [] : [`title: ${title}`]),
    ...(description ?? '').split('\n'),
    ...lines('input', inputSchema),
    ...lines('output', outputSchema),
    ...lines('annotations', annotations as JsonObject | undefined),
  ];
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const rows = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(rows.map(([key, one]) => [key, sorted(one)]));
}

/** The lines between the first and the last that differ: the old ones with `-`, the new ones with `+`. */
function lineDiff(before: readonly string[], now: readonly string[]): readonly string[] {
  let from = 0;
  while (from < before.length && from < now.length && before[from] === now[from]) from += 1;
  let to = 0;
  const most = Math.min(before.length, now.length) - from;
  while (to < most && before.at(-1 - to) === now.at(-1 - to)) to += 1;
  return [
    ...before.slice(from, before.length - to).map(line => `- ${line}`),
    ...now.slice(from, now.length - to).map(line => `+ ${line}`),
  ];
}
