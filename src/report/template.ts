/** The Handlebars templates: read from the folder beside this file, everything escaped. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import Handlebars from 'handlebars';

const folder = new URL('./templates/', import.meta.url);

/**
 * A drawing that a template may insert as it stands. Only what `charts/` drew passes: it escapes all text, and anything
 * that could run or load is refused.
 */
export function trustedSvg(svg: string): Handlebars.SafeString {
  if (
    !/^<svg [\s\S]*<\/svg>\s*$/.test(svg) ||
    /<(?:script|foreignObject|image|a|iframe|use)\b|\son\w+\s*=/i.test(outsideText(svg))
  ) {
    throw new Error('not a drawing of this program');
  }
  return new Handlebars.SafeString(svg);
}

/** The page's own script with the hash that its content security policy allows. */
export function ownScript(): { script: Handlebars.SafeString; scriptHash: string } {
  const text = readFileSync(new URL('script.js', folder), 'utf8');
  if (/<\/script|<!--/i.test(text)) throw new Error('the script would end its own element');
  return {
    script: new Handlebars.SafeString(text),
    scriptHash: createHash('sha256').update(text).digest('base64'),
  };
}

// Attributes and text of a drawing hold names of the user's; only the markup between them matters here.
function outsideText(svg: string): string {
  return svg.replace(/>[^<]*</g, '><').replace(/"[^"]*"/g, '""');
}

let environment: typeof Handlebars | undefined;

/** Renders the template `name` with `view`. Strings are escaped; a name that `view` lacks is an error. */
export function render(name: string, view: object): string {
  environment ??= load();
  const html = environment.compile(`{{> ${name}}}`, { strict: true })(view);
  // A number and its percent sign stay on one line.
  return html.replace(/(\d) %/g, '$1\u00a0%');
}

function load(): typeof Handlebars {
  const handlebars = Handlebars.create();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.hbs')) continue;
    handlebars.registerPartial(
      file.slice(0, -'.hbs'.length),
      readFileSync(new URL(file, folder), 'utf8').trimEnd(),
    );
  }
  return handlebars;
}
