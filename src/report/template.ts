/** The Handlebars templates: read from the folder beside this file, everything escaped. */
import { readdirSync, readFileSync } from 'node:fs';
import Handlebars from 'handlebars';

const folder = new URL('./templates/', import.meta.url);

/** A fragment that a template may insert as it stands: only for markup that this program drew itself. */
export function trusted(markup: string): Handlebars.SafeString {
  return new Handlebars.SafeString(markup);
}

let environment: typeof Handlebars | undefined;

/** Renders the template `name` with `view`. Strings are escaped, `trusted` fragments are not. */
export function render(name: string, view: object): string {
  environment ??= load();
  return environment.compile(`{{> ${name}}}`, { strict: true })(view);
}

function load(): typeof Handlebars {
  const handlebars = Handlebars.create();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.hbs')) continue;
    handlebars.registerPartial(file.slice(0, -'.hbs'.length), readFileSync(new URL(file, folder), 'utf8'));
  }
  return handlebars;
}
