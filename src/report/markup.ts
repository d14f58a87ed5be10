/**
 * Markup that is safe by default: whatever is put into the template is escaped unless it is markup already.
 * Test names, reasons and venue messages are hostile input.
 */

/** Text that is markup and needs no escaping. Only `html`, `joinMarkup` and `trusted` make it. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toString(): string {
    return this.text
  }
}

export type Part = Markup | string | number | null | undefined | readonly Part[]

/** html`<td>${anything}</td>`: lists are joined, null and undefined are nothing, everything else is escaped. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = pieces[0] ?? ''
  for (const [index, part] of parts.entries()) text += render(part) + (pieces[index + 1] ?? '')
  return new Markup(text)
}

/** For text of our own that is markup by construction (style, script). */
export function trusted(text: string): Markup {
  return new Markup(text)
}

export function escapeText(text: string): string {
  return withoutControls(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Terminal colours and characters that no XML 1.0 document may hold are taken out; tab and line breaks stay. */
export function withoutControls(text: string): string {
  return text.replace(TERMINAL_COLOUR, '').replace(FORBIDDEN, '\ufffd')
}

const TERMINAL_COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g')
/** Controls, halves of a surrogate pair, and the two characters that are none. */
const FORBIDDEN = /(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu

function render(part: Part): string {
  if (part === null || part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string' || typeof part === 'number') return escapeText(String(part))
  return part.map(render).join('')
}
