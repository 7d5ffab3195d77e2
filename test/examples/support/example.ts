import { Program } from './program.ts';

/** An example that serves: its process, and the address it listens on. */
export interface Serving {
  readonly program: Program;
  readonly address: string;
}

/** Starts an example in front of these backends, on a free port. */
export async function startExample(file: string, backends: readonly string[]): Promise<Serving> {
  const program = new Program(file, { env: { PORT: '0', BACKENDS: backends.join(',') } });
  const [, port] = await program.waitFor(/Listening on .*port: (\d+)/s);
  return { program, address: `http://127.0.0.1:${port}` };
}
