import { createHash } from 'node:crypto';
import { type Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { causes } from 'causeway-proxy';

/** How a client behaves for one request. */
export interface Plan {
  readonly id: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly path: '/' | '/large';
  readonly body: Buffer;
  /** In chunks, without a length. */
  readonly chunked: boolean;
  /** Leaves after so many ms, whatever has come. */
  readonly leavesAfterMs: number | undefined;
  /** Stops reading for a while. */
  readonly pauses: boolean;
}

/** What became of it: a word for the tally, and what was wrong with it. */
export interface Verdict {
  readonly outcome: string;
  readonly violation?: string;
}

/** Beyond every limit of the gateway. */
const HUNG_MS = 20_000;
const PAUSE_MS = 50;
const LARGE_BYTES = 20 * 16_384;

export function planOf(id: string, random: () => number): Plan {
  const pick = <T>(...of: readonly [T, ...T[]]): T => of[Math.floor(random() * of.length)] ?? of[0];
  const method = pick('GET', 'GET', 'HEAD', 'POST', 'POST', 'PUT');
  const hasBody = method === 'POST' || method === 'PUT';
  return {
    id,
    method,
    path: pick('/', '/', '/', '/large'),
    body: Buffer.alloc(hasBody ? pick(0, 10, 1_000, 100_000, 400_000) : 0, id),
    chunked: hasBody && random() < 0.3,
    leavesAfterMs: random() < 0.15 ? random() * 40 : undefined,
    pauses: random() < 0.05,
  };
}

export function play(plan: Plan, port: number, agent: Agent): Promise<Verdict> {
  return new Promise((resolve) => {
    const { method, path, body, id, chunked } = plan;
    const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length };
    const headers = { 'x-request-id': id, ...(method === 'POST' || method === 'PUT' ? length : {}) };
    const request = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers });
    const over = (verdict: Verdict): void => {
      clearTimeout(hung);
      clearTimeout(leaving);
      resolve(verdict);
    };
    const hung = setTimeout(() => {
      request.destroy();
      over({ outcome: 'hung', violation: `${method} ${path} ${id}: no end after ${HUNG_MS} ms` });
    }, HUNG_MS);
    const leave = (): void => {
      request.destroy();
      over({ outcome: 'left' });
    };
    const leaving = plan.leavesAfterMs === undefined ? undefined : setTimeout(leave, plan.leavesAfterMs);
    request.on('error', () => over({ outcome: 'broken' }));
    request.on('response', (response) => void read(plan, request, response).then(over));
    request.end(body);
  });
}

async function read(plan: Plan, request: ClientRequest, response: IncomingMessage): Promise<Verdict> {
  const chunks: Buffer[] = [];
  response.on('error', () => undefined).on('data', (chunk: Buffer) => chunks.push(chunk));
  if (plan.pauses) {
    response.pause();
    setTimeout(() => response.resume(), PAUSE_MS);
  }
  await new Promise((resolve) => response.once('close', resolve));
  if (!response.complete || (request.destroyed && !response.readableEnded)) return { outcome: 'broken' };
  const violation = complaintAbout(plan, response, Buffer.concat(chunks));
  const cause = response.headers['proxy-cause'];
  const outcome = cause === undefined ? 'answered' : String(cause);
  return violation === undefined
    ? { outcome }
    : { outcome, violation: `${plan.method} ${plan.id}: ${violation}` };
}

function complaintAbout(plan: Plan, response: IncomingMessage, body: Buffer): string | undefined {
  const cause = response.headers['proxy-cause'];
  if (cause !== undefined) return String(cause) in causes ? undefined : `unknown cause ${String(cause)}`;
  if (response.statusCode !== 200) return `status ${response.statusCode} without a cause`;
  if (plan.method === 'HEAD') return undefined;
  const hash = createHash('sha256').update(plan.body).digest('hex');
  if (plan.path === '/large') {
    const isWhole = body.length === LARGE_BYTES && response.headers['x-hash'] === hash;
    return isWhole ? undefined : `${body.length} bytes, hash ${String(response.headers['x-hash'])}`;
  }
  return body.toString() === hash ? undefined : `body ${body.toString().slice(0, 80)}, expected ${hash}`;
}
