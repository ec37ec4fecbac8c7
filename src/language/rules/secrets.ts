import type { RuleContext } from '../rule.ts';
import { rangeOf } from '../source-file.ts';

/** Forms of keys that providers hand out. The text itself never goes into a message. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bsk-ant-[A-Za-z0-9_-]{16,}/g, 'an Anthropic API key'],
  [/\bsk-(?!ant-)(?=[A-Za-z_-]*\d)(?=[a-z0-9_-]*[A-Z])[A-Za-z0-9_-]{20,}/g, 'an OpenAI API key'],
  [/\b(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE\b)[A-Z0-9]{16}\b/g, 'an AWS access key'],
  [/\bgh[pousr]_[A-Za-z0-9]{30,}/g, 'a GitHub token'],
  [/\bgithub_pat_[A-Za-z0-9_]{30,}/g, 'a GitHub token'],
  [/\bglpat-[A-Za-z0-9_-]{20,}/g, 'a GitLab token'],
  [/\bxox[abprs]-[A-Za-z0-9-]{10,}/g, 'a Slack token'],
  [/\bAIza[A-Za-z0-9_-]{35}/g, 'a Google API key'],
  [/\bhf_[A-Za-z0-9]{30,}/g, 'a Hugging Face token'],
  [/-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}/g, 'a private key'],
];

/** No file holds a secret, also no prompt file; comments are read too. */
export function checkSecrets({ roots, prompts = [], report }: RuleContext): void {
  const files = [...roots.map(root => root.file), ...prompts.flatMap(one => one.files)];
  for (const file of files) {
    for (const [form, what] of SECRETS) {
      for (const match of file.text.matchAll(form)) {
        const range = rangeOf(file, match.index, match.index + match[0].length);
        const hint = 'keep it in the environment, and replace it: it may have been seen';
        report({ code: 'secret-in-file', range, message: `This looks like ${what}`, hint });
      }
    }
  }
}
