// Reads what the authors of Reflexion recorded of their runs, out of a bare git directory of their repository. Nothing of
// it is kept: tasks are in memory for as long as the bench runs.
import { execFileSync } from 'node:child_process';

/** The last revision that has the transcript, and the rows that were written by the same run. */
const TRANSCRIPT = '4e42b24dab6b40c05cd82d10e357128834ca93ad:programming_runs/root/reflexion_mbpp_py_logs2';
const ROWS = 'HEAD:programming_runs/root/reflexion_mbpp_py3/mbpp-py._reflexion_5_gpt-4_pass_at_k_1_py.jsonl';

const PREVIOUS = '\nprevious implementation:\n';
const IMPROVED = '\n\n# improved implementation\n';

/**
 * All recorded tasks, in their order: the tests that the model wrote, its implementations, and the reflections between
 * them. A task whose last implementation is not the one of its row is an error, for then the transcript was misread.
 */
export function readTasks(repository) {
  const show = name =>
    execFileSync('git', [`--git-dir=${repository}`, 'show', name], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const rows = show(ROWS)
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => JSON.parse(line));
  const blocks = show(TRANSCRIPT).split(/^completed \d+\/\d+: acc = .*$/m);
  const read = rows.map((row, index) => readBlock(blocks[index] ?? '', row));
  const tests = literals(read.map(task => task.written));
  return read.map(({ written: _text, ...task }, index) => ({ ...task, ownTests: tests[index] }));
}

function readBlock(block, { name, prompt, test, solution, is_solved: isSolved }) {
  const at = block.lastIndexOf('\nunit tests:\n[');
  if (at < 0) throw new Error(`${name}: no tests in the transcript`);
  const start = at + '\nunit tests:\n'.length;
  const end = block.indexOf('\n', start);
  const [first = '', ...later] = block.slice(end + 1).split(PREVIOUS);
  const rounds = later.map(round => readRound(round, name));
  const last = later.length === 0 ? first : afterSignature(later.at(-1), prompt);
  const implementations = [...rounds.map(({ implementation }) => implementation), last.trimEnd()];
  if (implementations.at(-1) !== solution.trimEnd())
    throw new Error(`${name}: the last implementation is not the one of its row`);
  return {
    name,
    prompt,
    isSolved,
    written: block.slice(start, end),
    realTests: [test],
    implementations,
    reflections: rounds.map(({ reflection }) => reflection),
  };
}

function readRound(round, name) {
  const tests = round.indexOf('\n\nunit tests:\n');
  const hint = round.indexOf('\n\nhint:\n', tests);
  const improved = round.indexOf(IMPROVED, hint);
  if (tests < 0 || hint < 0 || improved < 0) throw new Error(`${name}: a round of the transcript has no end`);
  return {
    implementation: round.slice(0, tests).trimEnd(),
    reflection: round.slice(hint + '\n\nhint:\n'.length, improved),
  };
}

function afterSignature(round, prompt) {
  const rest = round.slice(round.indexOf(IMPROVED) + IMPROVED.length);
  if (!rest.startsWith(prompt)) throw new Error('the signature is not that of the task');
  return rest.slice(prompt.length).replace(/^\n+/, '');
}

/** Lists as Python writes them. */
function literals(texts) {
  const script =
    'import ast, json, sys\nprint(json.dumps([ast.literal_eval(each) for each in json.load(sys.stdin)]))';
  return JSON.parse(
    execFileSync('python3', ['-c', script], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    }),
  );
}
