import type { Command } from './command.ts';
import { answerCommand } from './commands/answer.ts';
import { approveCommand, rejectCommand } from './commands/approve.ts';
import { askCommand } from './commands/ask.ts';
import { checkCommand } from './commands/check.ts';
import { explainCommand } from './commands/explain.ts';
import { graphCommand } from './commands/graph.ts';
import { initCommand } from './commands/init.ts';
import { planCommand } from './commands/plan.ts';
import { psCommand } from './commands/ps.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { whyCommand } from './commands/why.ts';

/** Every command, one row each, in the order of help. */
export const COMMANDS: readonly Command[] = [
  runCommand,
  askCommand,
  checkCommand,
  planCommand,
  resumeCommand,
  answerCommand,
  approveCommand,
  rejectCommand,
  whyCommand,
  psCommand,
  graphCommand,
  explainCommand,
  schemaCommand,
  initCommand,
];
