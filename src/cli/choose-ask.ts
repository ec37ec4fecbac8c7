import { type ConfigLayer, settingOf } from '../model/config.ts';
import { CrewError } from '../model/crew-error.ts';
import type { ResolvedModel } from '../model/fact.ts';
import { isUnchosen } from './choose-models.ts';
import { type FlagValues, type Terminal, textFlag, textFlags } from './command.ts';

/** Whom `crew ask` asks, who merges the answers, and why. */
export interface AskChoice {
  /** At least one, none twice. */
  readonly models: readonly ResolvedModel[];
  /** The one that is named; else the models, in the order in which the first that has answered is taken. At least one. */
  readonly summarizers: readonly ResolvedModel[];
  /** Absent for the prompt of the crew file. */
  readonly prompt?: string;
  /** Whether the answers are merged at all. */
  readonly summary: boolean;
}

interface AskSources {
  readonly values: FlagValues;
  readonly env: Terminal['env'];
  /** Nearest first. */
  readonly config: readonly ConfigLayer[];
  /** What `auto` stands for here. */
  readonly auto: ResolvedModel;
  /** What the run that is gone on with was asked with. */
  readonly before?: AskedBefore | undefined;
}

/** Whom a run of `crew ask` has asked, and how. */
export interface AskedBefore {
  readonly runId: string;
  /** At least one. */
  readonly models: readonly ResolvedModel[];
  /** Who was to merge the answers, where that was said. */
  readonly summarizer?: string;
  readonly summary: boolean;
}

/**
 * Chooses by flag, then as in the run that is gone on with, then the variable of the setting, then `CREW_MODEL`, then
 * `config.yaml`, then `auto`. Unless it is said, the first of the models that has answered summarizes, and there is a summary
 * when there is more than one answer to merge. Fails with USAGE for a model that is named twice. Pure.
 */
export function chooseAsk(sources: AskSources): AskChoice {
  const models = distinct(chooseModels(sources).map(model => resolveAuto(model, sources.auto)));
  const prompt = settingOf(sources.config, 'parallel_processing.summarizer.prompt');
  return {
    models,
    summarizers: chooseSummarizers(sources, models),
    ...(prompt === undefined ? {} : { prompt: prompt.value }),
    summary: wantsSummary(sources, models.length),
  };
}

function chooseModels({ values, env, config, auto, before }: AskSources): readonly ResolvedModel[] {
  const words = textFlags(values, 'models').flatMap(flag => flag.split(',').map(word => word.trim()));
  if (words.length > 0) {
    refuseOdd(words);
    return words.map(use => ({ use, reason: '--models' }));
  }
  const kept = keptModels(before);
  if (kept !== undefined) return kept;
  const setting = settingOf(config, 'parallel_processing.models');
  if (env.CREW_MODEL && setting?.isVariable !== true) return [{ use: env.CREW_MODEL, reason: 'CREW_MODEL' }];
  return setting?.value.map(use => ({ use, reason: setting.origin })) ?? [auto];
}

function refuseOdd(words: readonly string[]): void {
  const flag = `\`--models ${words.join(',')}\``;
  if (words.includes('')) throw new CrewError('USAGE', `${flag}: expected models with commas between them`);
  const twice = words.find((word, index) => words.indexOf(word) !== index);
  if (twice !== undefined) throw new CrewError('USAGE', `${flag} names \`${twice}\` twice`);
}

/** The models that a conversation goes on with; undefined where it has none to keep, because nothing but `offline` was there. Pure. */
function keptModels(before: AskedBefore | undefined): readonly ResolvedModel[] | undefined {
  if (before === undefined || before.models.every(isUnchosen)) return undefined;
  return before.models.map(({ use }) => ({ use, reason: `as in run ${before.runId}` }));
}

/** Whether the models are those of the run that is gone on with. Pure. */
export function isKept({ values, before }: Pick<AskSources, 'values' | 'before'>): boolean {
  return textFlags(values, 'models').length === 0 && keptModels(before) !== undefined;
}

function chooseSummarizers(
  { values, env, config, auto, before }: AskSources,
  models: readonly ResolvedModel[],
): readonly ResolvedModel[] {
  const flag = textFlag(values, 'summarizer');
  if (flag !== undefined) return [resolveAuto({ use: flag, reason: '--summarizer' }, auto)];
  if (before?.summarizer !== undefined)
    return [{ use: before.summarizer, reason: `as in run ${before.runId}` }];
  if (isKept({ values, before })) return models;
  const setting = settingOf(config, 'parallel_processing.summarizer.model');
  if (env.CREW_MODEL && setting?.isVariable !== true)
    return [resolveAuto({ use: env.CREW_MODEL, reason: 'CREW_MODEL' }, auto)];
  return setting === undefined ? models : [resolveAuto({ use: setting.value, reason: setting.origin }, auto)];
}

function wantsSummary({ values, config, before }: AskSources, answers: number): boolean {
  const said = values.summary ?? values['show-summary'];
  if (typeof said === 'boolean') return said;
  if (before !== undefined && isKept({ values, before })) return before.summary;
  return answers > 1 && settingOf(config, 'parallel_processing.ui.show_summary')?.value !== false;
}

function resolveAuto(model: ResolvedModel, auto: ResolvedModel): ResolvedModel {
  return model.use === 'auto' ? { use: auto.use, reason: `auto: ${auto.reason}` } : model;
}

/** `auto` may stand for a model that is named, too. */
function distinct(models: readonly ResolvedModel[]): readonly ResolvedModel[] {
  return models.filter(({ use }, index) => models.findIndex(each => each.use === use) === index);
}
