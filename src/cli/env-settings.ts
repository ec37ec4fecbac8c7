import { closest } from '../language/closest.ts';
import { CONFIG_SETTINGS, type ConfigKey } from '../model/config.ts';
import { CrewError } from '../model/crew-error.ts';
import type { JsonValue } from '../model/json.ts';
import type { Terminal } from './command.ts';

/** A setting that a variable of the environment holds, as a `config.yaml` would say it. */
export interface EnvSetting {
  readonly variable: string;
  readonly key: ConfigKey;
  readonly value: JsonValue;
}

/** The variable that holds a setting: `reformulation.model` is `CREW_REFORMULATION_MODEL`. Pure. */
function settingVariable(key: ConfigKey): string {
  return `CREW_${key.replaceAll('.', '_').toUpperCase()}`;
}

/** The settings of the environment; an empty variable sets nothing. Fails with USAGE for a switch that is neither. Pure. */
export function envSettings(env: Terminal['env']): readonly EnvSetting[] {
  const keys = Object.keys(CONFIG_SETTINGS) as ConfigKey[];
  return keys.flatMap(key => {
    const variable = settingVariable(key);
    const text = env[variable];
    return text ? [{ variable, key, value: readSettingText(key, text, variable) }] : [];
  });
}

/** What else of the environment this program reads and a person may misspell. */
const OTHER_VARIABLES = ['CREW_MODEL', 'CREW_MAX_CONCURRENT', 'CREW_HOME'];

/** A sentence for each variable that looks like a setting and is none. Pure. */
export function oddVariables(env: Terminal['env']): readonly string[] {
  const keys = Object.keys(CONFIG_SETTINGS) as ConfigKey[];
  const known = [...keys.map(settingVariable), ...OTHER_VARIABLES];
  const groups = [...new Set(keys.map(key => `CREW_${key.split('.', 1)[0]?.toUpperCase()}_`))];
  const odd = Object.keys(env).filter(name => /^CREW_[A-Z0-9_]+$/.test(name) && !known.includes(name));
  return odd.flatMap(name => {
    const meant = closest(name, known);
    if (meant === undefined && !groups.some(group => name.startsWith(group))) return [];
    const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
    return [`\`${name}\` is no setting, so it is not read${hint}`];
  });
}

/** A value as it is written in one word, for a key; `place` is what it is said of. Fails with USAGE for a switch that is neither, and for a list in brackets. Pure. */
export function readSettingText(key: ConfigKey, text: string, place: string): JsonValue {
  const { written } = CONFIG_SETTINGS[key];
  if (written === 'text') return text;
  if (written === 'list' && text.trim().startsWith('[')) {
    const message = `\`${place}\`: expected a list with commas between them, such as \`openai:a,anthropic:b\`, and found \`${text}\``;
    throw new CrewError('USAGE', message);
  }
  if (written === 'list') return text.split(',').map(word => word.trim());
  if (written === 'count') {
    if (/^[1-9]\d*$/.test(text)) return Number(text);
    throw new CrewError('USAGE', `\`${place}\` is a whole number from 1, and \`${text}\` is none`);
  }
  if (text === 'true' || text === 'false') return text === 'true';
  throw new CrewError('USAGE', `\`${place}\` is true or false, and \`${text}\` is neither`);
}
