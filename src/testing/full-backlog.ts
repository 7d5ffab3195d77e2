import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

// A thread of its own: it listens with the smallest backlog there is, tells its port, and never does anything again.
const server = createServer();
server.listen({ ...(workerData as object), backlog: 1 }, () => {
  parentPort?.postMessage(server.address());
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
