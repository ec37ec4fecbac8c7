import type { Command } from './command.ts';
import { answerCommand } from './commands/answer.ts';
import { approveCommand, rejectCommand } from './commands/approve.ts';
import { askCommand } from './commands/ask.ts';
import { auditCommand } from './commands/audit.ts';
import { checkCommand } from './commands/check.ts';
import { completeCommand, completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { forkCommand } from './commands/fork.ts';
import { graphCommand } from './commands/graph.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { logsCommand } from './commands/logs.ts';
import { mcpCommand } from './commands/mcp.ts';
import { mcpConformanceCommand } from './commands/mcp-conformance.ts';
import { modelsCommand } from './commands/models.ts';
import { pendingCommand } from './commands/pending.ts';
import { planCommand } from './commands/plan.ts';
import { pruneCommand } from './commands/prune.ts';
import { psCommand } from './commands/ps.ts';
import { replayCommand } from './commands/replay.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';
import { steerCommand } from './commands/steer.ts';
import { stopCommand } from './commands/stop.ts';
import { testCommand } from './commands/test.ts';
import { toolsCommand } from './commands/tools.ts';
import { trustCommand } from './commands/trust.ts';
import { watchCommand } from './commands/watch.ts';
import { whyCommand } from './commands/why.ts';

/** Every command, one row each, in the order of help. */
export const COMMANDS: readonly Command[] = [
  runCommand,
  askCommand,
  checkCommand,
  planCommand,
  testCommand,
  toolsCommand,
  trustCommand,
  resumeCommand,
  forkCommand,
  pendingCommand,
  answerCommand,
  approveCommand,
  rejectCommand,
  watchCommand,
  steerCommand,
  stopCommand,
  psCommand,
  showCommand,
  logsCommand,
  whyCommand,
  diffCommand,
  replayCommand,
  exportCommand,
  importCommand,
  pruneCommand,
  auditCommand,
  serveCommand,
  mcpCommand,
  graphCommand,
  explainCommand,
  schemaCommand,
  initCommand,
  modelsCommand,
  configCommand,
  doctorCommand,
  completionCommand,
  completeCommand,
  mcpConformanceCommand,
];
