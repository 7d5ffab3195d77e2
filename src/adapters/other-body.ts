/** What the app said of a body of its own would be untrue of another one, or cut it off in the wrong place. */
export const OF_ANOTHER_BODY: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-range',
  'etag',
  'last-modified',
  'trailer',
  'transfer-encoding',
]);
