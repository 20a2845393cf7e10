/** Text from files made harmless for each place where it is shown: nothing reaches an output unescaped. */

/** Control characters, the line feed among them, and those that reorder or hide text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One line for a terminal or a log: no control characters, and nothing that a CI runner takes for a command. */
export function printable(text: string): string {
  return text.replace(unprintable, ' ').replaceAll('::', ': :').replaceAll('##[', '## [');
}

/** Text or an attribute of XML 1.0. */
export function xml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no form for them
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[\ud800-\udfff]/gu, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;')
      .replaceAll('\n', '&#10;')
      .replaceAll('\t', '&#9;')
      .replaceAll('\r', '&#13;')
  );
}

/** A code span of Markdown, also inside a table: within it no markup, link or mention is understood. */
export function code(text: string): string {
  return `\`${printable(text).replaceAll('`', "'").replaceAll('|', '\\|').trim() || ' '}\``;
}

/** Prose of Markdown, also inside a table. */
export function prose(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|#~]/g, '\\$&')
    .replaceAll('@', '@\u2060')
    .replaceAll('://', ':\u2060//');
}

/** The message of a GitHub workflow command. */
export function annotationText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A property of a GitHub workflow command. */
export function annotationProperty(text: string): string {
  return annotationText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
