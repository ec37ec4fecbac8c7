import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sourceReader } from '../../../src/cli/read-files.ts';
import { loadCompiler, loadLanguage } from '../../../src/cli/wire.ts';
import { namedModels } from '../../../src/compiler/named-models.ts';
import { planCrew } from '../../../src/compiler/plan-crew.ts';
import type { ModelTerms } from '../../../src/model/fact.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Bound } from '../../../src/model/plan.ts';
import type { Program } from '../../../src/model/program.ts';
import { measurePrompt } from '../../../src/runtime/measure-prompt.ts';
import { compileText } from '../run-crew.ts';
import { allKindsCrew } from './all-kinds-crew.ts';
import type { Dice } from './dice.ts';
import type { FuzzTarget } from './fuzz-run.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;
const PRICE = { inputMicroUsd: 3_750_000, cachedInputMicroUsd: 300_000, outputMicroUsd: 15_000_000 };

/** Terms of which a money ceiling can be kept; without a language model no tokens are counted, which is faster. */
const TERMS: readonly ModelTerms[] = [
  { maxTokens: 100, languageModel: false, price: PRICE },
  { maxTokens: 300, languageModel: true, price: PRICE },
  { maxTokens: 50, languageModel: true, price: PRICE, contextTokens: 2_000, temperature: 0 },
];

/** All shipped crews and those of the examples, each with all terms. */
export async function knownTargets(): Promise<readonly FuzzTarget[]> {
  const { loadCrew, catalog } = await loadLanguage();
  const { compileCrew } = await loadCompiler();
  const readSource = sourceReader(ROOT);
  return crewFiles().flatMap(path => {
    const { crew, sourceMap } = loadCrew({ path, readSource, catalog });
    if (crew === undefined) return [];
    const program = compileCrew(crew, { sourceMap, catalog, folder: ROOT });
    return TERMS.map(terms => targetOf(path, program, terms));
  });
}

/** The paths of the crew files that we ship and show. */
export function crewFiles(): readonly string[] {
  const shown = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' });
  const shipped = readdirSync(join(ROOT, 'crews'));
  return [...shipped.map(name => `crews/${name}`), ...shown.map(name => `examples/${name}`)].filter(path =>
    path.endsWith('.crew.yaml'),
  );
}

/** A crew of chance; undefined when the check finds a mistake in it. */
export function randomTarget(dice: Dice): FuzzTarget | undefined {
  const name = `random crew ${dice.seed}`;
  const { yaml, files } = allKindsCrew(dice);
  try {
    return targetOf(name, compileText(yaml, files), dice.pick(TERMS));
  } catch (error) {
    // Mistakes are listed with their lines; anything else is a bug of ours.
    if (/^\d+: /.test((error as Error).message)) return undefined;
    throw error;
  }
}

function targetOf(name: string, program: Program, terms: ModelTerms): FuzzTarget {
  const aliases = aliasesOf(program);
  const boundOf = (inputs?: JsonObject): Bound =>
    planCrew({
      program,
      models: [],
      terms: new Map(aliases.map(alias => [alias, terms])),
      measurePrompt,
      ...(inputs === undefined ? {} : { inputs }),
    }).total;
  return { name, program, aliases, terms, bound: boundOf(), boundOf };
}

/** The models that a program names, and those of the crews inside it behind their paths. */
function aliasesOf(program: Program): readonly string[] {
  const own = new Set(['default', ...program.roles.map(role => role.model), ...namedModels(program)]);
  const inside = Object.entries(program.crews ?? {}).flatMap(([path, inner]) =>
    aliasesOf(inner).map(alias => `${path}/${alias}`),
  );
  return [...own, ...inside];
}
