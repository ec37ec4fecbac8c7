import type { JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import { createRedactor, secretValues } from '../policy/redact.ts';
import type { CrewHost } from '../serve/served-crew.ts';
import { eventsOf, openQuestionsOf, readServed, recordOf, requireServed } from './serve-records.ts';
import { resumeServed, type ServeHostOptions, startServed } from './serve-run.ts';
import { inputsSchema, readsOnly, resultSchema } from './served-result.ts';

/** A host whose runs can be waited for. */
export interface ServeHost extends CrewHost {
  /** Settles when no run is under way. */
  idle(): Promise<void>;
}

/** Runs the crews of a server in the journal of its workspace; nobody sits at a terminal. */
export function createServeHost(options: ServeHostOptions): ServeHost {
  const { programs, engine, terminal } = options;
  const underWay = new Set<Promise<unknown>>();
  const tracked = <Value>(work: Promise<Value>): Promise<Value> => {
    const settled: Promise<unknown> = work.catch(() => undefined).finally(() => underWay.delete(settled));
    underWay.add(settled);
    return work;
  };
  const redact = createRedactor(secretValues(terminal.env));
  const scrubbed = <Value>(value: Value): Value => redact(value as JsonValue) as Value;
  const list = () => engine.list().filter(({ crew }) => programs.has(crew));
  const read = (runId: string) => readServed(options, runId);
  return {
    crews: [...programs.values()].map(servedCrew),
    start: (call, watch) => tracked(startServed(options, call, watch)),
    resume: (runId, answers, watch) => {
      requireServed(options, runId);
      for (const [slot, answer] of answers) engine.answer(runId, slot, answer);
      return tracked(resumeServed(options, runId, watch));
    },
    questions: async runId => openQuestionsOf(options, await read(runId)),
    list: () => list().toSorted((a, b) => b.createdAt - a.createdAt),
    record: async runId => scrubbed(await recordOf(await read(runId))),
    events: async runId => scrubbed(eventsOf(await read(runId))),
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function servedCrew(program: Program): CrewHost['crews'][number] {
  return {
    name: program.crew,
    goal: program.goal,
    inputSchema: inputsSchema(program),
    result: resultSchema(program),
    readOnly: readsOnly(program),
  };
}
