import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseModels } from '../../src/cli/choose-models.ts';
import { libraryTerminal } from '../../src/cli/library-terminal.ts';
import { modelTerms } from '../../src/cli/open-models.ts';
import { planRun } from '../../src/cli/plan-run.ts';
import { loadPlanner } from '../../src/cli/wire.ts';
import { compileCrew, loadCrew } from '../../src/index.ts';
import type { LanguageModel } from '../../src/ports/language-model.ts';
import { readBlocks } from '../documents/read-blocks.ts';
import { makeFolder } from '../tools/git-repository.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const USE = 'openai:gpt-5-mini';

/** What a run is refused for with a model whose price and window are known; nothing when it may start. */
async function refusals(file: string, cwd = ROOT): Promise<readonly string[]> {
  const terminal = libraryTerminal(cwd, { OPENAI_API_KEY: 'none' });
  const loaded = await loadCrew(file, { cwd });
  expect(loaded.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const program = await compileCrew(loaded);
  const { models } = chooseModels({ program, flags: [USE], env: terminal.env });
  const model: LanguageModel = {
    id: USE,
    defaultMaxTokens: 16_384,
    isLanguageModel: true,
    generate: () => {
      throw new Error('a plan asks no model');
    },
  };
  const terms = await modelTerms({ program, models, opened: new Map([[USE, model]]), terminal });
  const { excess } = await planRun({ program, models, terms });
  const { excessLine } = await loadPlanner();
  return excess.filter(({ refused }) => refused).map(excessLine);
}

/** Full of mistakes on purpose. */
const BROKEN = 'examples/07-check-diagnostics/broken.crew.yaml';
const crews = globSync('{crews,examples,src/cli/templates}/**/*.crew.yaml', { cwd: ROOT })
  .filter(file => file !== BROKEN)
  .toSorted();

describe('a crew of ours starts with a model, within its own budget', () => {
  test.each(crews)('%s', async file => {
    expect(await refusals(file)).toEqual([]);
  });
});

describe('a whole crew of README starts with a model, within its own budget', () => {
  const blocks = readBlocks(readFileSync(join(ROOT, 'README.md'), 'utf8'));
  const whole = blocks.filter(
    ({ kind, text }) => kind === 'yaml' && /^crew: /m.test(text) && /^(phases|start):/m.test(text),
  );
  test('is found', () => expect(whole.length).toBeGreaterThan(0));
  test.each(whole)('in line $line', async ({ text }) => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'shown.crew.yaml'), text);
    expect(await refusals('shown.crew.yaml', folder)).toEqual([]);
  });
});
