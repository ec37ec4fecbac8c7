import type { JsonObject } from '../model/json.ts';
import type { Engine } from '../ports/engine.ts';
import type { ConversationSpend } from './ask/read-conversation.ts';
import type { FlagValues, Terminal } from './command.ts';
import { endingAtOnce } from './interrupts.ts';
import { beginMemory } from './memory/run-memory.ts';
import { refuseOverPlan } from './plan-run.ts';
import type { PreparedProgram } from './reformulate/prepare-program.ts';
import type { ResultRequest } from './result-output.ts';
import { policyForRun, tellPolicy } from './run-policy.ts';
import { runSession } from './run-session.ts';
import { openWorkspaceEngine } from './workspace.ts';
import { realWorld } from './world.ts';

interface Beginning {
  readonly prepared: PreparedProgram;
  readonly inputs: JsonObject;
  readonly workspace: string;
  readonly runId: string;
  /** The tools that may be called without asking. */
  readonly grants?: readonly string[];
  readonly request: ResultRequest;
  /** What the earlier runs of its conversation have taken. */
  readonly spentBefore?: ConversationSpend;
  readonly values: FlagValues;
  readonly terminal: Terminal;
  /** Looks at the journal once the run was left in good order. */
  readonly afterwards?: (engine: Engine) => Promise<void>;
}

/**
 * Begins a run in the journal of its workspace, drives it there and returns the exit code. What can be wrong with its plan, its
 * policy and its memory is found before it exists: fails as `refuseOverPlan`, `policyForRun` and `beginMemory`, then as
 * `runSession`.
 */
export async function beginRun(beginning: Beginning): Promise<number> {
  const { prepared, inputs, workspace, runId, grants, request, spentBefore, values, terminal } = beginning;
  const { program, models, opened, terms } = prepared;
  const plan = await refuseOverPlan({ program, models, terms, inputs, values, terminal });
  const policy = await policyForRun({ runId, program }, values, terminal);
  tellPolicy({ program, policy }, values, terminal);
  const { recorded: remembered, release } = await beginMemory(program, { values, terminal });
  let engine: Engine | undefined;
  let exitCode: number | undefined;
  try {
    engine = await openWorkspaceEngine(values, terminal);
    const at = realWorld.now();
    const allowed = grants === undefined ? {} : { grants };
    const given = { inputs, workspace, models, terms, ...allowed, policy, ...remembered };
    const journal = engine.create(runId, program, at, [{ type: 'run.started', at, runId, ...given }]);
    const before = spentBefore === undefined ? {} : { spentBefore };
    const session = { journal, workspace, opened, models, request, values, terminal, plan, ...before };
    exitCode = await runSession(session);
    await beginning.afterwards?.(engine);
    return exitCode;
  } finally {
    engine?.close();
    await endingAtOnce(exitCode, release);
  }
}
