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

/** A value as it is written in one word, for a key; `place` is what it is said of. Fails with USAGE for a switch that is neither. Pure. */
export function readSettingText(key: ConfigKey, text: string, place: string): JsonValue {
  const { written } = CONFIG_SETTINGS[key];
  if (written === 'text') return text;
  if (written === 'list') return text.split(',').map(word => word.trim());
  if (text === 'true' || text === 'false') return text === 'true';
  throw new CrewError('USAGE', `\`${place}\` is true or false, and \`${text}\` is neither`);
}
