import type { ModelDelta, RunEvent } from '../model/run-event.ts';
import { cellText } from './cell-text.ts';
import { MOST, type OpenCall, type StreamView, type View } from './view.ts';
import { isInside } from './view-phases.ts';

/** The calls that are under way after an event, and what is being written. Pure. */
export function callsOf(view: View, event: RunEvent): Pick<View, 'openCalls' | 'streams'> {
  const { openCalls, streams } = view;
  switch (event.type) {
    case 'model.started': {
      const call = { phase: event.phase, role: event.role, what: 'model', startedMs: view.workedMs } as const;
      return { openCalls: new Map(openCalls).set(event.key, call), streams };
    }
    case 'tool.started': {
      const role = event.role === undefined ? {} : { role: event.role };
      const item = view.talk.next - 1;
      const call = { phase: event.phase, ...role, what: 'tool', item, startedMs: view.workedMs } as const;
      return { openCalls: new Map(openCalls).set(event.key, call), streams };
    }
    case 'model.ended':
    case 'tool.ended':
      return { openCalls: without(openCalls, event.key), streams: without(streams, event.key) };
    case 'phase.retried':
    case 'phase.ended':
      return {
        openCalls: left(openCalls, event.phase),
        streams: left(streams, event.phase),
      };
    case 'run.resumed':
    case 'run.suspended':
    case 'run.ended':
      return { openCalls: new Map(), streams: new Map() };
    default:
      return { openCalls, streams };
  }
}

/** The streams with one more piece; of each only the end is kept. Pure. */
export function takeStream(
  streams: View['streams'],
  { key, phase, role, text }: ModelDelta,
): ReadonlyMap<string, StreamView> {
  const known = streams.get(key);
  const grown = `${known?.text ?? ''}${cellText(text)}`;
  const kept = grown.length > 2 * MOST.streamUnits ? grown.slice(-MOST.streamUnits).toWellFormed() : grown;
  const stream = { phase, role, text: kept, length: (known?.length ?? 0) + text.length };
  return new Map(streams).set(key, stream);
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** Nobody ends the calls of a phase that was left. */
function left<Call extends Pick<OpenCall, 'phase'>>(
  calls: ReadonlyMap<string, Call>,
  phase: string,
): ReadonlyMap<string, Call> {
  const open = [...calls].filter(([, call]) => !isInside(call.phase, phase));
  return open.length === calls.size ? calls : new Map(open);
}
