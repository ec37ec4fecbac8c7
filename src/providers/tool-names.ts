import type { ModelRequest } from '../ports/language-model.ts';

/** The strictest rule of the providers that we speak to: letters, digits, `_` and `-`, at most 64. */
const WIRE_LENGTH = 64;

/** Two-way map between our tool names and names that are legal on the wire. */
export interface ToolNames {
  /** The legal name of a tool that the request names; the same for the whole request. */
  toWire(tool: string): string;
  /** Our name of a wire name; a name that nobody gave comes back as it came. */
  fromWire(wire: string): string;
  /** A legal name that no tool of the request has, for a tool of the adapter itself. */
  free(wanted: string): string;
}

/**
 * Maps the tools of a request, and those that its history names, to legal and distinct wire names: `git.diff` becomes
 * `git_diff`. Granted tools are named first, so a name that a model once invented never displaces one. Deterministic
 * by the order of the request, so that prompt caches hit.
 */
export function toolNames(request: Pick<ModelRequest, 'tools' | 'messages'>): ToolNames {
  const wireByTool = new Map<string, string>();
  const toolByWire = new Map<string, string>();
  const add = (tool: string): void => {
    if (wireByTool.has(tool)) return;
    const wire = freeName(tool, toolByWire);
    wireByTool.set(tool, wire);
    toolByWire.set(wire, tool);
  };
  for (const spec of request.tools) add(spec.name);
  for (const message of request.messages) {
    for (const part of message.parts) {
      if (part.type === 'tool-call') add(part.call.tool);
    }
  }
  return {
    toWire: tool => wireByTool.get(tool) ?? legalName(tool),
    fromWire: wire => toolByWire.get(wire) ?? wire,
    free: wanted => freeName(wanted, toolByWire),
  };
}

function legalName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, WIRE_LENGTH) || '_';
}

function freeName(name: string, taken: ReadonlyMap<string, string>): string {
  const legal = legalName(name);
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? '' : `_${count}`;
    const candidate = legal.slice(0, WIRE_LENGTH - suffix.length) + suffix;
    if (!taken.has(candidate)) return candidate;
  }
}
