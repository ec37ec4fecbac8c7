import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';

/** The home of a person with no settings; what they trust is kept there. */
const HOME = makeFolder();

/** How one process of the product ended. `code` is null after a signal that it did not handle. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CrewCall {
  /** The folder that the program is called in. */
  readonly from?: string;
  /** Added to an environment that holds a PATH and a HOME and nothing else. */
  readonly env?: Readonly<Record<string, string>>;
  /** The Node that runs the program; the one that runs the tests unless given. */
  readonly node?: string;
}

/** A process that still runs. */
export interface RunningCrew {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly stderr: () => string;
  kill(signal: NodeJS.Signals): void;
}

/** The code review of the built product. */
export function reviewCrew(): string {
  return join(inject('product'), 'crews/code-review.crew.yaml');
}

/** The program of the built product. */
export function crewProgram(): string {
  return join(inject('product'), 'dist/cli/crew.js');
}

/** Starts the built product as a process of its own, with pipes for its output. */
export function startCrew(args: readonly string[], call: CrewCall = {}): RunningCrew {
  return startNode([crewProgram(), ...args], call);
}

/** Starts a Node program in the environment of the product; `args` begin with options of Node. */
export function startNode(args: readonly string[], call: CrewCall = {}): RunningCrew {
  const child = spawn(call.node ?? process.execPath, args, {
    cwd: call.from ?? inject('product'),
    env: { PATH: process.env.PATH ?? '', HOME, ...call.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text.stdout += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text.stderr += piece;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
  return {
    process: child,
    pid: child.pid ?? 0,
    ended,
    stderr: () => text.stderr,
    kill: signal => child.kill(signal),
  };
}

/** Runs the built product to its end. */
export function crew(args: readonly string[], call: CrewCall = {}): Promise<Ended> {
  return startCrew(args, call).ended;
}
