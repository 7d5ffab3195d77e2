import { type CauseCode, causes } from 'causeway-proxy';
import { format, resolveConfig } from 'prettier';
import { fileURLToPath } from 'node:url';
import { section } from './section.ts';

/** Beside the table from which it is made. */
export const PAGE = fileURLToPath(new URL('../../src/failure/CAUSES.md', import.meta.url));

const INTRODUCTION = `
# Causes

<!-- Made by \`npm run catalogue\` from causes.ts and the faults of causeway-proxy/testing: change those. -->

What each cause means, where to look, how to bring it about, and what it looks like. The answers are made by the code
that makes them in a gateway. Their body is one line of JSON; it is wrapped here.

Each fault is a real server, started and put behind a gateway in the same way:

\`\`\`js
import { createGateway } from 'causeway-proxy';
import { startFaultyBackend } from 'causeway-proxy/testing';

const faulty = await startFaultyBackend('connection_refused');
const gateway = createGateway({ ...faulty.options });
// Send a request through it.
await gateway.close();
await faulty.close();
\`\`\`
`;

/** The whole page, formatted as everything else is. */
export async function catalogue(): Promise<string> {
  const codes = Object.keys(causes) as CauseCode[];
  const contents = codes.map((code) => `- [\`${code}\`](#${code}): ${causes[code].title}`).join('\n');
  const text = [INTRODUCTION, contents, ...codes.map(section)].join('\n\n');
  return format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}
