/** Commands as the user types them, for messages: `sambench NAME …` from the package, `npm run NAME …` in a clone. */

/** The package is compiled; a clone runs its sources. */
const inClone = import.meta.url.endsWith('.ts');

/** The line for command `name` with `words`: its arguments, then its flags. */
export function commandLine(name: string, ...words: string[]): string {
  if (!inClone) return ['sambench', name, ...words].join(' ');
  const flag = words.findIndex((word) => word.startsWith('-'));
  // npm keeps flags for itself unless two dashes come before them.
  const separated = flag < 0 ? words : [...words.slice(0, flag), '--', ...words.slice(flag)];
  return ['npm run', name, ...separated].join(' ');
}
