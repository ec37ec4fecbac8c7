import { checkTemplate } from '../expressions/template-check.ts';
import { suggest } from './closest.ts';
import { pathRange } from './path-range.ts';
import { asScalar, type PromptText } from './prompt-text.ts';
import type { ReadPrompt } from './read-prompt-file.ts';
import { quote, type Report } from './report.ts';

interface Around {
  /** The inputs. */
  readonly names: readonly string[];
  /** Nothing of a run can be read there. */
  readonly fixed: boolean;
  readonly report: Report;
}

/** A body with inputs reads nothing else. Gives what it reads besides, which is reported. */
export function refuseStrangers(
  read: ReadPrompt,
  text: PromptText,
  { names, fixed, report }: Around,
): readonly string[] {
  const node = asScalar(text, read.body);
  const check = checkTemplate(text.text, 'text');
  const strange = check.paths.filter(([root]) => !names.includes(String(root)));
  const site = { node, source: text.text, mode: 'text' } as const;
  for (const path of strange) {
    const root = String(path[0]);
    const message = `${quote(root)} is not an input of the prompt ${quote(read.prompt.name)}`;
    const hint =
      suggest(root, names) ??
      (fixed ? 'nothing of a run can be read here' : 'declare it under `input` of the front matter');
    report({ code: 'unknown-variable', range: pathRange(site, path, 1), message, hint });
  }
  return strange.map(([root]) => String(root));
}
