/** A backend as a process, which tells its port; when asked, how often each path was asked for, and when. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CheckedReport {
  readonly paths: number;
  readonly requests: number;
  /** Requests within 100 ms: most, and on average. */
  readonly mostTogether: number;
  readonly averageTogether: number;
}

const WINDOW_MS = 100;
const paths = new Map<string, number>();
let windows = new Map<number, number>();
let requests = 0;

const server = createServer((request, response) => {
  const path = request.url ?? '';
  const window = Math.floor(performance.now() / WINDOW_MS);
  paths.set(path, (paths.get(path) ?? 0) + 1);
  windows.set(window, (windows.get(window) ?? 0) + 1);
  requests += 1;
  response.end('ok');
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

process.on('message', () => {
  // The first and the last window are not whole ones.
  const counts = [...windows.values()].slice(1, -1);
  const report: CheckedReport = {
    paths: paths.size,
    requests,
    mostTogether: Math.max(0, ...counts),
    averageTogether: counts.reduce((sum, count) => sum + count, 0) / counts.length,
  };
  process.send?.(report);
  paths.clear();
  windows = new Map();
  requests = 0;
});
