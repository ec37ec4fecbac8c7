import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { type CrewCall, crew, type Ended, type RunningCrew, startCrew } from './crew-process.ts';
import { CANARY_KEY } from './served-review.ts';

/** A workspace with `story.crew.yaml`, whose model answers the first call and keeps all others back until they are released. */
export interface HeldStory {
  readonly folder: string;
  /** Where commands are called, and what they see of the model. */
  readonly call: CrewCall;
  /** The bodies of all requests so far. */
  readonly asked: readonly string[];
  /** Resolves as soon as a call is kept back. */
  readonly isHeld: Promise<void>;
  /** Runs a command here to its end. */
  here(...args: readonly string[]): Promise<Ended>;
  /** Starts a command here. */
  start(...args: readonly string[]): RunningCrew;
  /** Starts a run that is at work: its first call is over, its second one is held. */
  startRun(...flags: readonly string[]): Promise<{ readonly running: RunningCrew; readonly id: string }>;
  release(): void;
  close(): Promise<void>;
}

/** Opens one. `answer` gives the text for the call number `index`, counted from 0. */
export async function openHeldStory(crewText: string, answer: (index: number) => string): Promise<HeldStory> {
  const folder = makeFolder();
  writeFileSync(join(folder, 'story.crew.yaml'), crewText);
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const asked: string[] = [];
  const server = await startOpenAiServer(async ({ body }, index) => {
    asked.push(JSON.stringify(body));
    if (index > 0) {
      arrived.resolve();
      await gate.promise;
    }
    return { text: answer(index) };
  });
  const call = { from: folder, env: { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: CANARY_KEY } };
  const here = (...args: readonly string[]) => crew(args, call);
  const start = (...args: readonly string[]) => startCrew(args, call);
  return {
    ...{ folder, call, asked, isHeld: arrived.promise, here, start },
    async startRun(...flags) {
      const running = start('run', 'story.crew.yaml', '--model', 'openai:test', ...flags);
      await arrived.promise;
      const { runs } = JSON.parse((await here('ps', '--json')).stdout);
      return { running, id: String(runs[0].runId) };
    },
    release: gate.resolve,
    async close() {
      gate.resolve();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
