import type { McpServer, Sandbox } from '../../model/mcp-server.ts';

/** Begins a message: which server did not start, and what its sandbox keeps from it. Pure. */
export function notStarted(alias: string, { sandbox }: Pick<McpServer, 'sandbox'>): string {
  const where = sandbox === undefined ? '' : ` (its sandbox ${sandboxText(sandbox)})`;
  return `the server \`${alias}\` did not start${where}`;
}

function sandboxText({ fs, net }: Sandbox): string {
  const network = net === 'host' ? 'has the network of this machine' : 'has no network';
  const shown = fs.length === 0 ? 'nothing of your files' : fs.map(one => `\`${one}\``).join(', ');
  return `${network} and shows ${shown}`;
}
