import { describe, expect, it } from 'vitest';
import { Program } from './support/program.ts';

describe('the demo', () => {
  it('shows that what can succeed does, that the rest says why, and ends by itself', async () => {
    const demo = new Program('demo/demo.ts', { args: ['--seconds', '2'] });
    expect(await demo.exitCode()).toBe(0);
    expect(demo.errors).toBe('');
    expect(demo.output).toMatch(/^gateway +request +outcome +count +p50 ms +p99 ms +attempts$/m);
    expect(demo.output).toMatch(/^Express +GET \/api +200 +\d+ +\d+\.\d +\d+\.\d +1$/m);
    expect(demo.output).toMatch(/^Koa +GET \/api +200 /m);
    expect(demo.output).toMatch(/ 200, rescued /);
    expect(demo.output).toMatch(/ GET \/slow +502 /);
    expect(demo.output).toMatch(/ GET \/unavailable +502 circuit_open|503 backend_status /);
    expect(demo.output).toMatch(
      /^All [\d,]+ requests that could succeed did; all [\d,]+ others said why\.$/m,
    );
  });

  it('shows one failure as curl -i would', async () => {
    const demo = new Program('demo/demo.ts', { args: ['--seconds=0.2'] });
    expect(await demo.exitCode()).toBe(0);
    const [, shown = ''] = demo.output.split('$ curl -i ');
    expect(shown).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/broken\nHTTP\/1\.1 502 Bad Gateway\n/);
    expect(shown).toMatch(/^Proxy-Cause: \w+$/m);
    expect(shown).toMatch(/^Content-Type: application\/problem\+json$/m);
    expect(shown).toMatch(/^\{"type":"urn:causeway:cause:.*\}$/m);
  });

  it('reports on what was seen when it is interrupted', async () => {
    const demo = new Program('demo/demo.ts', { args: ['--seconds', '60'] });
    await demo.waitFor(/fail fast/);
    demo.signal('SIGINT');
    // npm passes a signal on that its child got from the terminal already.
    demo.signal('SIGINT');
    expect(await demo.exitCode()).toBe(130);
    expect(demo.output).toMatch(/^Express +GET \/api /m);
    expect(demo.errors).toBe('');
  });

  it.each([
    [['--seconds', 'many'], '--seconds must be a number above 0, up to 3600, got "many"'],
    [['--seconds', '0'], '--seconds must be a number above 0, up to 3600, got "0"'],
    [['--minutes', '1'], "Unknown option '--minutes'"],
  ])('refuses %j in a readable way', async (args, message) => {
    const demo = new Program('demo/demo.ts', { args });
    expect(await demo.exitCode()).toBe(1);
    expect(demo.errors).toContain(message);
    expect(demo.errors).not.toMatch(/^ +at /m);
  });
});
