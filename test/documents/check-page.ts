import { expect } from 'vitest';
import { loadConfig } from '../../src/language/load-config.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { loadCrewTests } from '../../src/language/load-crewtest.ts';
import { loadPolicies } from '../../src/language/load-policy.ts';
import { loadSop } from '../../src/language/load-sop.ts';
import { loadYamlValue } from '../../src/language/load-yaml-value.ts';
import { BUILTIN_CATALOG } from '../../src/tools/catalog.ts';
import { type CodeBlock, outputPattern } from './read-blocks.ts';
import type { Sandbox } from './sandbox.ts';

interface Shown {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Proves the blocks of one page, in order: `sh` is run (models that cost money are replaced by `offline`), `text` behind it
 * must be its output, `ts` is run, `json` parses, `yaml` is a crew, an SOP, settings, a policy or a script without mistakes. A command that ends
 * with `# exit code N` must end so; every other one with 0.
 */
export function checkBlocks(blocks: readonly CodeBlock[], sandbox: Sandbox): void {
  let last: Shown = { stdout: '', stderr: '' };
  for (const block of blocks) last = checkBlock(block, sandbox, last);
}

function checkBlock(block: CodeBlock, sandbox: Sandbox, last: Shown): Shown {
  const where = `the ${block.kind} block at line ${block.line}`;
  switch (block.kind) {
    case 'sh':
      return runShell(block, sandbox, where);
    case 'ts':
      return runScript(block, sandbox, where);
    case 'text':
      expect(block.note === 'stderr' ? last.stderr : last.stdout, where).toMatch(outputPattern(block.text));
      return last;
    case 'json':
      JSON.parse(block.text);
      return last;
    case 'yaml':
      checkYaml(block, where);
      return last;
    default:
      throw new Error(`${where}: nothing proves this kind of block`);
  }
}

/** Lines that end in a backslash go on in the next one. */
function runShell(block: CodeBlock, sandbox: Sandbox, where: string): Shown {
  const commands = block.text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'));
  const shown = { stdout: '', stderr: '' };
  for (const command of commands) {
    const free = withoutPaidModels(command);
    const expected = Number(/# exit code (\d+)$/.exec(command)?.[1] ?? 0);
    const { code, stdout, stderr } = sandbox.run(free);
    expect(code, `${where}: ${free}\n${stderr}${stdout}`).toBe(expected);
    shown.stdout += stdout;
    shown.stderr += stderr;
  }
  return shown;
}

/** Every model that costs money is `offline`; several of one command stay different ones. */
function withoutPaidModels(command: string): string {
  const seen: string[] = [];
  return command.replaceAll(/\b(?:openai|anthropic):[\w.-]+/g, use => {
    if (!seen.includes(use)) seen.push(use);
    const place = seen.indexOf(use);
    return place === 0 ? 'offline' : `offline:${place + 1}`;
  });
}

function runScript(block: CodeBlock, sandbox: Sandbox, where: string): Shown {
  const source = block.text.replaceAll("from 'crewfile'", "from './dist/index.js'");
  const { code, stdout, stderr } = sandbox.run(`cat > page.mts <<'SCRIPT'\n${source}\nSCRIPT\nnode page.mts`);
  expect(code, `${where}\n${stderr}`).toBe(0);
  return { stdout, stderr };
}

/** What names neither a crew nor an SOP is some other YAML, such as replies of a script. */
function checkYaml(block: CodeBlock, where: string): void {
  const { text } = block;
  const source = (path: string): string | undefined => (path === 'page.yaml' ? text : undefined);
  const options = { path: 'page.yaml', readSource: source, catalog: BUILTIN_CATALOG };
  if (/^parallel_processing:/m.test(text)) {
    expect(loadConfig('page.yaml', text).diagnostics, where).toEqual([]);
    return;
  }
  if (/^tests:/m.test(text)) {
    expect(loadCrewTests('page.yaml', text).diagnostics, where).toEqual([]);
    return;
  }
  if (/^rules:/m.test(text)) {
    expect(loadPolicies([{ path: 'page.yaml', text }], BUILTIN_CATALOG).diagnostics, where).toEqual([]);
    return;
  }
  const load = /^crew:/m.test(text) ? loadCrew : /^sop:/m.test(text) ? loadSop : undefined;
  const { diagnostics } = load?.(options) ?? loadYamlValue('page.yaml', text);
  expect(diagnostics, where).toEqual([]);
}
