import { suggest } from '../../language/closest.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import { chooseModelsHere } from '../choose-models-here.ts';
import {
  type Command,
  type CommandCall,
  type FlagValues,
  type Terminal,
  textFlag,
  textFlags,
} from '../command.ts';
import { ANSWER_FLAG, BUDGET_FLAGS, FROZEN_FLAG, INPUT_FLAGS, REFORMULATE_FLAGS } from '../flags.ts';
import { givenInputs } from '../given-inputs.ts';
import { loadCheckedCrew } from '../load-program.ts';
import { planRun } from '../plan-run.ts';
import { readCrewWords } from '../positionals.ts';
import { readBudgetFlags } from '../read-budget.ts';
import { readConfig } from '../read-config.ts';
import { readStubsFile } from '../read-stubs.ts';
import { prepareProgram } from '../reformulate/prepare-program.ts';
import { readReformulation } from '../reformulate/read-reformulation.ts';
import { readRequest } from '../reformulate/read-request.ts';
import { requireFrozen } from '../require-frozen.ts';
import { loadPlanner } from '../wire.ts';
import { withoutNeedOfKeys } from '../without-keys.ts';

/** `crew plan FILE`: the most that a run can cost, before it starts; with `--stubs`, the phases that it would walk. */
export const planCommand: Command = {
  name: 'plan',
  usage: 'plan FILE [REQUEST]',
  summary: 'show what a run can cost at the very most',
  flags: {
    ...INPUT_FLAGS,
    ...BUDGET_FLAGS,
    ...ANSWER_FLAG,
    ...REFORMULATE_FLAGS,
    ...FROZEN_FLAG,
    stubs: {
      type: 'string',
      value: 'FILE',
      help: 'walk through the phases with the artifacts of a YAML file, without a model',
    },
  },
  run: plan,
};

async function plan({ positionals, values, terminal }: CommandCall): Promise<number> {
  const { path, words } = readCrewWords(positionals, 'crew plan crews/code-review.crew.yaml');
  const checked = await loadCheckedCrew(path, terminal, readBudgetFlags(values));
  const plain = checked.compile(checked.crew);
  await requireFrozen([plain], { values, terminal });
  const given = await readRequest(plain, words, { values, terminal });
  const inputs = await inputsOrNone(plain, given, terminal);
  const { formatPlan, formatWalk, simulateRun } = await loadPlanner();
  const stubsFile = textFlag(values, 'stubs');
  if (stubsFile !== undefined) {
    const stubs = await readStubsFile(stubsFile, terminal);
    refuseUnknownPhases(plain, stubs.keys());
    const walk = simulateRun({ program: plain, inputs: inputs ?? {}, stubs });
    terminal.stdout(values.json === true ? asJson(walk) : formatWalk(walk));
    return walk.end.outcome === 'missing' || walk.end.outcome === 'error' ? 1 : 0;
  }
  const flags = textFlags(values, 'model');
  const choose = async (program: Program) =>
    (await chooseModelsHere({ program, flags, env: terminal.env })).models;
  const config = await readConfig(values, terminal);
  const wish = await readReformulation({ crew: checked.crew, config, values, terminal });
  const doors = withoutNeedOfKeys(terminal);
  const prepared = await prepareProgram({ checked, wish, inputs, choose, values, terminal: doors });
  const { program, models, terms } = prepared;
  await requireFrozen([program], { values, terminal });
  const planned = await planRun({ program, models, terms, ...(inputs === undefined ? {} : { inputs }) });
  terminal.stdout(
    values.json === true ? asJson(planned) : formatPlan(planned, { color: terminal.stdoutColor }),
  );
  return planned.notes.some(note => note.code === 'calls-unbounded') ? 2 : 0;
}

/** A stub for a phase that does not exist is a slip, not a wish. */
function refuseUnknownPhases(program: Program, names: Iterable<string>): void {
  for (const name of names) {
    if (Object.hasOwn(program.phases, name)) continue;
    const hint = suggest(name, Object.keys(program.phases));
    const more = hint === undefined ? '' : `; ${hint}`;
    throw new CrewError('INPUT_INVALID', `the stubs name a phase \`${name}\` that the crew has not${more}`);
  }
}

/** A plan may be made before the inputs are known; then their length is not known either. */
async function inputsOrNone(
  program: Program,
  values: FlagValues,
  terminal: Terminal,
): Promise<JsonObject | undefined> {
  const given = textFlags(values, 'input').length > 0 || textFlag(values, 'inputs') !== undefined;
  if (!given && program.inputs.some(input => input.required)) return undefined;
  return givenInputs(program, values, terminal);
}

/** What has no bound is Infinity, which JSON writes as null. */
function asJson(value: object): string {
  return `${JSON.stringify({ version: 1, ...value }, null, 2)}\n`;
}
