// An OpenAI-compatible model server that answers what a recording holds, in this process. It knows of a task only what a
// request says: its name, and the last reflection that the request quotes. The implementation after that reflection is the
// answer, so whoever does not read reflections is given the first one again and again.
import { createServer } from 'node:http';

const FRAME = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'recorded',
};
const USAGE = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

/** Starts the server; `calls` counts the requests, `close` ends it. */
export async function startRecordedModel(tasks) {
  const byName = new Map(tasks.map(task => [task.name, task]));
  const written = new Map();
  const counted = { implementations: 0, reflections: 0 };
  const answer = ({ messages }) => {
    const text = messages.map(({ content }) => (typeof content === 'string' ? content : '')).join('\n');
    const [, name = ''] = /\[task ([\w./-]+)\]/.exec(text) ?? [];
    const task = byName.get(name);
    if (task === undefined) throw new Error(`no task \`${name}\` was recorded`);
    if (text.includes('Write that lesson')) {
      counted.reflections += 1;
      const nth = (written.get(name) ?? 0) + 1;
      written.set(name, nth);
      return `[reflection ${nth}] ${task.reflections[Math.min(nth, task.reflections.length) - 1] ?? 'No idea.'}`;
    }
    counted.implementations += 1;
    const read = [...text.matchAll(/\[reflection (\d+)\]/g)].map(([, nth]) => Number(nth));
    const last = task.implementations.length - 1;
    return task.implementations[Math.min(last, Math.max(0, ...read))];
  };
  const server = createServer((request, response) => {
    const pieces = [];
    request.on('data', piece => pieces.push(piece));
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(streamOf(answer(JSON.parse(Buffer.concat(pieces).toString('utf8')))));
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    takeCounts: () => {
      const taken = { ...counted };
      counted.implementations = 0;
      counted.reflections = 0;
      written.clear();
      return taken;
    },
    close: () => new Promise(resolve => server.close(resolve)),
  };
}

function streamOf(text) {
  const events = [chunk({ role: 'assistant', content: '' }), chunk({ content: text }), chunk({}, 'stop')];
  return [...events, sse({ ...FRAME, choices: [], usage: USAGE }), 'data: [DONE]\n\n'].join('');
}

function chunk(delta, finish = null) {
  return sse({ ...FRAME, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] });
}

function sse(value) {
  return `data: ${JSON.stringify(value)}\n\n`;
}
