// A backend URL that could not be parsed was repeated in the error message, password and all.
import { expect, test } from 'vitest';
import { settleSources } from '../../src/options/sources.ts';

const URLS = [
  'http://user:s3cret@host:99999',
  'http://user:s3cret@[fe80::1%25eth0]/',
  'http://[fe80::1%25eth0]/?user:s3cret@host',
  'http//user:s3cret@host',
  'https://user:s3cret@ho st',
  'user:s3cret@host',
];

function complaintAbout(backend: unknown): string {
  try {
    settleSources([backend]);
  } catch (error) {
    return String(error);
  }
  return '';
}

test.each(URLS)('%s is refused without being repeated', (url) => {
  expect(complaintAbout(url)).toContain('backends[0] must');
  expect(complaintAbout(url)).not.toContain('s3cret');
  expect(complaintAbout({ url })).toContain('backends[0].url must');
  expect(complaintAbout({ url })).not.toContain('s3cret');
});
