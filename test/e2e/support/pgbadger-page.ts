/** The rows of a table of pgBadger's page, header left out, as texts. */
export function tableRows(html: string, id: string): string[][] {
  const after = from(html, id);
  const [, body = ''] = /<tbody>(.*?)<\/tbody>/s.exec(after) ?? [];
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => textOf(cell)),
  );
}

/** The large figures at the head of a section, by what stands below each. */
export function figures(html: string, id: string): Readonly<Record<string, string>> {
  const [list = ''] = from(html, id).split('</ul>');
  const found = list.matchAll(/class="figure">(.*?)<\/span>\s*<span class="figure-label">(.*?)<\/span>/gs);
  return Object.fromEntries([...found].map(([, figure = '', label = '']) => [textOf(label), textOf(figure)]));
}

/** All that a section says. */
export function sectionText(html: string, id: string): string {
  const [section = ''] = from(html, id).split('<!-- end of');
  return textOf(section);
}

/** The page from an element on. */
function from(html: string, id: string): string {
  const [, ...after] = html.split(`id="${id}"`);
  if (after.length === 0) throw new Error(`the page has no ${id}`);
  return after.join('');
}

function textOf(html: string): string {
  return html
    .replace(/<[^>]+>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .trim();
}
