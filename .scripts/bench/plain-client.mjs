// The workloads as anybody would write them without a framework: loops around one function that asks a model. Nothing is
// kept on disk but by `steps`, which writes a line of JSON for each step.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHAT_TURNS, ENSEMBLE, REVIEW_SCHEMA, SYSTEM } from './workloads.mjs';

/** Asks with the built-in fetch and reads the stream by hand. */
export function fetchAsk(baseUrl) {
  return async ({ model = 'bench', messages, tools, format }) => {
    const response = await fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer none' },
      body: JSON.stringify(bodyOf({ model, messages, tools, format })),
    });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const answer = { text: '', calls: [] };
    const decoder = new TextDecoder();
    let rest = '';
    for await (const piece of response.body) {
      rest += decoder.decode(piece, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith('data: ') && line !== 'data: [DONE]') take(answer, JSON.parse(line.slice(6)));
      }
    }
    return answer;
  };
}

/** Asks with the official SDK. */
export async function sdkAsk(baseURL) {
  const { default: OpenAI } = await import('openai');
  const client = new OpenAI({ apiKey: 'none', baseURL });
  return async ({ model = 'bench', messages, tools, format }) => {
    const stream = await client.chat.completions.create(bodyOf({ model, messages, tools, format }));
    const answer = { text: '', calls: [] };
    for await (const event of stream) take(answer, event);
    return answer;
  };
}

function bodyOf({ model, messages, tools, format }) {
  return {
    model,
    messages,
    max_tokens: 4096,
    stream: true,
    stream_options: { include_usage: true },
    ...(tools && { tools }),
    ...(format && { response_format: { type: 'json_schema', json_schema: format } }),
  };
}

function take(answer, event) {
  if (event.usage) answer.usage = event.usage;
  const delta = event.choices[0]?.delta;
  if (delta?.content) answer.text += delta.content;
  for (const call of delta?.tool_calls ?? []) {
    answer.calls[call.index] ??= { id: call.id, name: call.function.name, text: '' };
    answer.calls[call.index].text += call.function.arguments;
  }
}

function tool(name, properties) {
  const parameters = { type: 'object', properties, required: Object.keys(properties) };
  return { type: 'function', function: { name, description: `The tool ${name}.`, parameters } };
}

const system = { role: 'system', content: SYSTEM };
const user = content => ({ role: 'user', content });

/** The workloads by name, each one run. */
export function plainWorkloads(ask) {
  const one = async (content, more) => (await ask({ messages: [system, user(content)], ...more })).text;
  return {
    async sop() {
      const plan = await one('Plan the work.');
      const draft = await one(`Write what was planned: ${plan}`);
      return one(`Check what was written: ${draft}`);
    },
    async tools() {
      const messages = [system, user('List all parts.')];
      const tools = [tool('files_list', { path: { type: 'string' } })];
      for (;;) {
        const { text, calls } = await ask({ messages, tools });
        if (calls.length === 0) return text;
        messages.push({ role: 'assistant', content: null, tool_calls: calls.map(wireCall) });
        for (const call of calls) {
          const { path } = JSON.parse(call.text);
          messages.push({ role: 'tool', tool_call_id: call.id, content: JSON.stringify({ files: [path] }) });
        }
      }
    },
    async chat() {
      const thread = [];
      const tools = [0, 1].map(self => [tool(`hand_off_to_${1 - self}`, { brief: { type: 'string' } })]);
      for (let turn = 0; turn < CHAT_TURNS; turn += 1) {
        const { calls } = await ask({ messages: heard(thread, turn % 2), tools: tools[turn % 2] });
        thread.push({ from: turn % 2, text: JSON.parse(calls[0].text).brief });
      }
      return (await ask({ messages: [...heard(thread, 0), user('Write what was settled.')] })).text;
    },
    async ensemble() {
      const models = Array.from({ length: ENSEMBLE }, (_, index) => `bench-${index}`);
      const answers = await Promise.all(models.map(model => one('What is the answer?', { model })));
      return one(`Sum up: ${answers.join('\n')}`);
    },
    async review() {
      let notes = '';
      for (let round = 1; ; round += 1) {
        const draft = await one(`Round ${round}: write. ${notes}`);
        const format = { name: 'review', schema: REVIEW_SCHEMA, strict: true };
        const review = JSON.parse(await one(`Round ${round}: review ${draft}`, { format }));
        if (review.verdict === 'approve') return draft;
        notes = review.notes;
      }
    },
    'tokens-20': () => one('Write.', { model: 'tokens-20' }),
    'tokens-2000': () => one('Write.', { model: 'tokens-2000' }),
    async steps(folder, count) {
      const path = join(folder, 'log.jsonl');
      const kept = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(JSON.parse) : [];
      for (let step = kept.length; step < count; step += 1) {
        const text = await one(`Step ${step + 1}. Before: ${kept.at(-1)?.text ?? ''}`);
        kept.push({ text });
        appendFileSync(path, `${JSON.stringify({ text })}\n`);
      }
    },
  };
}

function wireCall({ id, name, text }) {
  return { id, type: 'function', function: { name, arguments: text } };
}

function heard(thread, self) {
  const said = thread.map(({ from, text }) =>
    from === self ? { role: 'assistant', content: text } : user(`${from}: ${text}`),
  );
  return [system, user('Settle the matter.'), ...said];
}
