const USUAL = 'http://127.0.0.1:11434';

/** Whether the value of `OLLAMA_HOST` is an address; where it is none, the usual one counts. Pure. */
export function isOllamaAddress(text: string): boolean {
  return URL.canParse(withScheme(text.trim()));
}

/**
 * Where Ollama is reached, by the value of `OLLAMA_HOST`: a URL, a host, a port behind a colon, or a host and a port; without it this
 * machine. A server that listens everywhere is asked on this machine; the usual port is 11434. Pure.
 */
export function ollamaAddress(text: string | undefined): URL {
  const said = withScheme(text?.trim() || USUAL);
  const url = new URL(URL.canParse(said) ? said : USUAL);
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  if (url.port === '' && url.protocol === 'http:') url.port = '11434';
  return url;
}

function withScheme(text: string): string {
  if (/^https?:\/\//.test(text)) return text;
  return `http://${text.startsWith(':') ? '127.0.0.1' : ''}${text}`;
}
