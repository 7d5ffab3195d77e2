import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end, with this Node in front of any other, and as outside the tests. */
export function run(program: string, args: readonly string[], folder: string): Promise<Ran> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  };
  delete env['NODE_ENV'];
  delete env['NODE_OPTIONS'];
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, env, maxBuffer: 2 ** 26 }, (error, output, errors) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output, errors });
    });
  });
}

/** @throws with all that it said, when it ends with an exit code. */
export async function runOrThrow(program: string, args: readonly string[], folder: string): Promise<string> {
  const { exitCode, output, errors } = await run(program, args, folder);
  if (exitCode === 0) return output;
  throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}\n${output}\n${errors}`);
}
