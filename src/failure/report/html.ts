import { printableText } from '../printable.ts';

type Value = string | number | Html | readonly Html[];

/** Text that is HTML already: the only kind that is put into a template as it is. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** A template whose values cannot become markup, neither as text nor in a quoted attribute. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const parts = strings.map((text, index) => withoutIndents(text) + markupOf(values[index] ?? ''));
  return new Html(parts.join(''));
}

/** Those are the source's, not the page's. */
function withoutIndents(text: string): string {
  return text.replace(/\n\s*/g, '\n');
}

function markupOf(value: Value): string {
  if (value instanceof Html) return value.toString();
  return typeof value === 'object' ? value.map(markupOf).join('\n') : escape(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return printableText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
