/** A header that is a list of names, with those of ours that are not in it yet. `*` means all of them already. */
export function addToList(given: string, ours: readonly string[]): string {
  const names = given.split(',').map((name) => name.trim().toLowerCase());
  if (names.includes('*')) return given;
  const missing = ours.filter((name) => !names.includes(name.toLowerCase()));
  if (missing.length === 0) return given;
  return given.trim() === '' ? missing.join(', ') : [given, ...missing].join(', ');
}
