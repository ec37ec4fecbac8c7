import { createHash } from 'node:crypto';
import { canonicalJson } from '../../model/canonical-json.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonValue } from '../../model/json.ts';
import { type ListedTool, pinContent } from '../../model/mcp-listing.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { isObject } from './json-depth.ts';

const MAX_DIFFERENCES = 8;
const SHOWN_LENGTH = 160;
const BEFORE_LENGTH = 40;

/**
 * Compares what a server says of a tool with what was accepted. Fails with TOOL_CHANGED and the differences when it is
 * not the same; a spec without a pin has nothing to be compared with.
 */
export function assertPinned(spec: ToolSpec, identity: string, live: ListedTool): void {
  if (spec.pin === undefined) return;
  const found = createHash('sha256')
    .update(canonicalJson(pinContent(identity, live)), 'utf8')
    .digest('hex');
  if (found === spec.pin) return;
  const differences = toolDifferences(spec, live);
  const lines =
    differences.length === 0 ? ['something that only the pin covers, such as its title'] : differences;
  const message = [
    `the server does not say of \`${spec.name}\` what was accepted, so it is not called; look at it with \`crew tools accept\`:`,
    ...lines.slice(0, MAX_DIFFERENCES).map(line => `- ${line}`),
    ...(lines.length > MAX_DIFFERENCES ? [`- and ${lines.length - MAX_DIFFERENCES} more`] : []),
  ].join('\n');
  throw new CrewError('TOOL_CHANGED', message);
}

/** What differs, one line each: the field, what was accepted, what is said now. Foreign text is quoted as JSON. Pure. */
export function toolDifferences(accepted: ToolSpec, live: ListedTool): readonly string[] {
  return [
    ...differences('description', accepted.description, live.description ?? ''),
    ...differences('inputSchema', accepted.inputSchema, live.inputSchema),
    ...differences('outputSchema', accepted.outputSchema, live.outputSchema),
    ...differences('annotations', { ...accepted.annotations }, { ...live.annotations }),
  ];
}

function differences(at: string, old: JsonValue | undefined, now: JsonValue | undefined): readonly string[] {
  if (old === undefined && now === undefined) return [];
  if (old === undefined) return [`${at}: new is ${shown(now, 0)}`];
  if (now === undefined) return [`${at}: gone is ${shown(old, 0)}`];
  if (isObject(old) && isObject(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].toSorted();
    return keys.flatMap(key => differences(`${at}.${key}`, ownOf(old, key), ownOf(now, key)));
  }
  const texts = [canonicalJson(old), canonicalJson(now)] as const;
  if (texts[0] === texts[1]) return [];
  const from = Math.max(0, firstDifference(...texts) - BEFORE_LENGTH);
  return [`${at}: ${shown(old, from)} became ${shown(now, from)}`];
}

function ownOf(object: { readonly [key: string]: JsonValue }, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

function shown(value: JsonValue | undefined, from: number): string {
  const text = value === undefined ? '' : canonicalJson(value);
  const part = text.slice(from, from + SHOWN_LENGTH).toWellFormed();
  return `${from > 0 ? '…' : ''}${part}${text.length > from + SHOWN_LENGTH ? '…' : ''}`;
}
