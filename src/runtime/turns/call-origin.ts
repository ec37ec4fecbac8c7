import type { CallOrigin } from '../../model/effect.ts';
import type { ToolCall } from '../../model/message.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import type { WorkContext } from '../work-context.ts';
import type { TurnCall, TurnLoop } from './turn-loop-state.ts';

/** Who calls a tool of memory, as its wish names them; nothing for all other tools, whose wishes name nobody. Pure. */
export function originOfCall(
  context: WorkContext,
  call: {
    readonly spec: ToolSpec | undefined;
    /** Empty for a phase that calls the tool itself. */
    readonly role: string;
    /** The key of the model that calls. */
    readonly model?: string;
    readonly untrusted?: string | undefined;
  },
): { readonly origin?: CallOrigin } {
  const { spec, role, model = '' } = call;
  if (spec?.memory === undefined) return {};
  const untrusted = call.untrusted ?? strangeNote(context, role);
  const origin = {
    crew: context.rememberedAs ?? context.program.crew,
    phase: context.place,
    role,
    author: context.models[model]?.use ?? 'rule',
    ...(untrusted === undefined ? {} : { untrusted }),
  };
  return { origin };
}

/** A role that was reminded of words from outside has read them. */
function strangeNote({ memory = [] }: WorkContext, role: string): string | undefined {
  const shown = memory.filter(each => each.role === role || each.role === '');
  const strange = shown
    .flatMap(({ notes, lessons, decisions = [] }) => [...notes, ...lessons, ...decisions])
    .find(({ trust }) => trust === 0);
  return strange === undefined ? undefined : `note ${strange.id}`;
}

/**
 * Where words of strangers come from that stand in a conversation after these calls: a tool of a server, or what was found in
 * memory and came from outside. Once they are there, they stay. Pure.
 */
export function untrustedAfter(loop: TurnLoop, calls: readonly TurnCall[]): string | undefined {
  if (loop.untrusted !== undefined) return loop.untrusted;
  const strange = calls.find(
    ({ call, result }) => result !== undefined && isStrange(loop, call, result.value),
  );
  return strange?.call.tool;
}

function isStrange({ tools }: TurnLoop, { tool }: ToolCall, value: unknown): boolean {
  const spec = tools.find(({ name }) => name === tool);
  if (spec?.source === 'mcp') return true;
  if (spec?.memory === undefined || typeof value !== 'object' || value === null) return false;
  return 'untrusted' in value && value.untrusted === true;
}
