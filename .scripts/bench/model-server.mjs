// An OpenAI-compatible model server with no time to think, in a process of its own. What it answers depends only on the
// request: it hands off when it can, calls a tool ten times when it has one, approves in the fifth round, else says text.
// Its parent may ask it to hold the n-th request from now: then it tells the parent and never answers.
import { createServer } from 'node:http';
import { REPLY_BYTES, REPLY_PIECES, REVIEW_ROUNDS, TOOL_CALLS } from './workloads.mjs';

const FRAME = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'bench' };
const USAGE = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

let asked = 0;
let holdAt = Number.POSITIVE_INFINITY;

function replyTo({ model, messages, tools = [], response_format: format }) {
  const names = tools.map(tool => tool.function.name);
  const target = names.find(name => name.startsWith('hand_off_to_'));
  if (target !== undefined) return { call: [target, { brief: words(messages.length) }] };
  const results = messages.filter(message => message.role === 'tool').length;
  if (names.length > 0 && results < TOOL_CALLS) return { call: [names[0], { path: `part-${results}` }] };
  if (format !== undefined) {
    const round = Number(/Round (\d+)/.exec(messages.at(-1).content)?.[1] ?? 1);
    const verdict = round >= REVIEW_ROUNDS ? 'approve' : 'revise';
    return { text: JSON.stringify({ verdict, notes: words(round) }), pieces: REPLY_PIECES };
  }
  const tokens = Number(/^tokens-(\d+)$/.exec(model)?.[1] ?? 0);
  if (tokens > 0) return { text: 'word '.repeat(tokens), pieces: tokens };
  return { text: words(asked), pieces: REPLY_PIECES };
}

/** Text of a known length that is not the same each time. */
function words(seed) {
  return `Reply ${seed}: ${'all is as it should be, '.repeat(REPLY_BYTES / 20)}`.slice(0, REPLY_BYTES);
}

function chunk(delta, finish = null) {
  return sse({ ...FRAME, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] });
}

function sse(value) {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function streamOf({ text = '', pieces = 1, call }) {
  const events = [chunk({ role: 'assistant', content: '' })];
  const size = Math.ceil(text.length / pieces);
  for (let at = 0; at < text.length; at += size) events.push(chunk({ content: text.slice(at, at + size) }));
  if (call !== undefined) {
    const [name, args] = call;
    const head = { index: 0, id: `call_${asked}`, type: 'function', function: { name, arguments: '' } };
    events.push(chunk({ tool_calls: [head] }));
    events.push(chunk({ tool_calls: [{ index: 0, function: { arguments: JSON.stringify(args) } }] }));
  }
  events.push(chunk({}, call === undefined ? 'stop' : 'tool_calls'));
  events.push(sse({ ...FRAME, choices: [], usage: USAGE }), 'data: [DONE]\n\n');
  return events.join('');
}

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', piece => pieces.push(piece));
  request.on('end', () => {
    asked += 1;
    if (asked >= holdAt) {
      holdAt = Number.POSITIVE_INFINITY;
      process.send({ held: asked });
      return;
    }
    const reply = replyTo(JSON.parse(Buffer.concat(pieces).toString()));
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.end(streamOf(reply));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', 1024, () => process.send({ port: server.address().port }));
process.on('message', ({ hold, count }) => {
  if (hold !== undefined) holdAt = asked + hold;
  process.send(count === true ? { count: asked } : { ready: true });
});
process.on('disconnect', () => process.exit());
