import { inspect } from 'node:util';
import type { FaultDefinition, Place } from './definition.ts';
import { definitions, type Fault, faults, isFault } from './faults.ts';
import { notFromABackend } from './elsewhere.ts';
import { Scene } from './scene.ts';
import type { FaultRow, FaultyBackend } from './types.ts';

/**
 * Starts a real server that fails in this way, on a free port of 127.0.0.1 (but for a few whose point is
 * another address). For tests: `createGateway({ ...faulty.options })` shows the cause within 2 seconds.
 * Close it when the test is over.
 * @throws TypeError when there is no such fault, naming those that there are.
 */
export async function startFaultyBackend(fault: Fault): Promise<FaultyBackend> {
  if (!isFault(fault)) throw new TypeError(complaintAbout(fault));
  const definition: FaultDefinition = definitions[fault];
  const scene = new Scene();
  try {
    return present(faults[fault], await definition.start(scene), scene);
  } catch (error) {
    await scene.close();
    throw error;
  }
}

function present(row: FaultRow, { resolver, ...backend }: Place, scene: Scene): FaultyBackend {
  return {
    cause: row.cause,
    url: backend.url,
    options: { ...row.options, backends: [backend], ...(resolver && { resolver }) },
    requests: scene.requests,
    close: () => scene.close(),
    [Symbol.asyncDispose]: () => scene.close(),
  };
}

function complaintAbout(fault: unknown): string {
  const reason = (notFromABackend as Readonly<Record<string, string>>)[String(fault)];
  if (reason !== undefined) return `no backend can bring about ${String(fault)}. ${reason}`;
  return `fault must be one of ${Object.keys(faults).join(', ')}, got ${inspect(fault)}`;
}
