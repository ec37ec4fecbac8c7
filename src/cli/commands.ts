import type { Command, CommandGroup } from './command.ts';
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
import { lessonsCommand } from './commands/lessons.ts';
import { logsCommand } from './commands/logs.ts';
import { mcpCommand } from './commands/mcp.ts';
import { mcpConformanceCommand } from './commands/mcp-conformance.ts';
import { memoryCommand } from './commands/memory.ts';
import { modelsCommand } from './commands/models.ts';
import { pendingCommand } from './commands/pending.ts';
import { planCommand } from './commands/plan.ts';
import { promptCommand } from './commands/prompt.ts';
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

/** The commands as help shows them, one row each. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  {
    title: 'Run and test',
    commands: [
      runCommand,
      askCommand,
      checkCommand,
      planCommand,
      testCommand,
      promptCommand,
      resumeCommand,
      forkCommand,
      stopCommand,
    ],
  },
  {
    title: 'People',
    commands: [pendingCommand, answerCommand, approveCommand, rejectCommand, steerCommand],
  },
  {
    title: 'Look at runs',
    commands: [
      watchCommand,
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
    ],
  },
  {
    title: 'Tools and trust',
    commands: [toolsCommand, trustCommand, mcpCommand, serveCommand],
  },
  {
    title: 'Memory',
    commands: [memoryCommand, lessonsCommand],
  },
  {
    title: 'Files and machine',
    commands: [
      initCommand,
      graphCommand,
      explainCommand,
      schemaCommand,
      modelsCommand,
      configCommand,
      doctorCommand,
      completionCommand,
    ],
  },
];

/** Every command, those too that only programs call. */
export const COMMANDS: readonly Command[] = [
  ...COMMAND_GROUPS.flatMap(({ commands }) => commands),
  completeCommand,
  mcpConformanceCommand,
];
