import { Agent } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { begin, readResponse } from '../support/live-client.ts';
import { deadUrl } from './support/backends.ts';
import { blockNamed, blocksIn } from './support/readme.ts';
import { REPOSITORY, RunningSnippet } from './support/snippet.ts';

interface Shown {
  readonly status: string;
  readonly headers: readonly string[];
  readonly problem: unknown;
}

/** What differs from one run to the next. */
const VARYING: readonly [RegExp, string][] = [
  [/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, '<uuid>'],
  [/^(Date): .*$/gm, '$1: <now>'],
];

test('the failed request is shown as it is', async () => {
  const [transcript, ...others] = blocksIn('console');
  expect(others).toEqual([]);
  const [command = '', ...lines] = (transcript?.code ?? '').split('\n');
  const path = /^\$ curl -i http:\/\/127\.0\.0\.1:8080(\/\S*)$/.exec(command)?.[1];
  expect(path).toBeDefined();

  const snippet = new RunningSnippet(
    blockNamed('Express').code,
    [await deadUrl(), await deadUrl()],
    REPOSITORY,
  );
  expect(parse(lines.join('\n'))).toEqual(parse(await curl(`${await snippet.url()}${path}`)));
});

/** A response as `curl -i` prints it. */
async function curl(url: string): Promise<string> {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const { response } = await begin(url, { agent, headers: { accept: '*/*' } });
  const { body } = await readResponse(response);
  const headers = response.rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${response.rawHeaders[index + 1] ?? ''}`] : [],
  );
  const status = `HTTP/${response.httpVersion} ${response.statusCode} ${response.statusMessage}`;
  return [status, ...headers, '', body.toString()].join('\n');
}

function parse(text: string): Shown {
  const masked = VARYING.reduce((rest, [pattern, mask]) => rest.replace(pattern, mask), text);
  const [head = '', body = ''] = masked.split('\n\n');
  const [status = '', ...headers] = head.split('\n');
  return { status, headers, problem: JSON.parse(body) };
}
