import { describe, expect, it } from 'vitest';

const files = import.meta.glob<Record<string, unknown>>('./*/*.json', { eager: true, import: 'default' });
const sources = import.meta.glob<string>(['../**/*.{ts,tsx}', '!../**/*.test.*'], { eager: true, query: '?raw', import: 'default' });
const PLURAL = /_(zero|one|two|few|many|other)$/;

function keys(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [prefix];
  return Object.entries(value).flatMap(([key, inner]) => keys(inner, prefix === '' ? key : `${prefix}.${key}`));
}

function texts(locale: string): Map<string, Set<string>> {
  const result = new Map<string, Set<string>>();
  for (const [path, content] of Object.entries(files)) {
    const [, language, namespace] = /^\.\/([^/]+)\/([^/]+)\.json$/.exec(path) ?? [];
    // Chinese has one plural form, English two: the stems must agree.
    if (language === locale && namespace) result.set(namespace, new Set(keys(content).map((key) => key.replace(PLURAL, ''))));
  }
  return result;
}

const en = texts('en');
const zh = texts('zh-CN');

describe('texts', () => {
  it.each([...en.keys()])('%s exist in both languages', (namespace) => {
    expect([...(zh.get(namespace) ?? [])].sort()).toEqual([...(en.get(namespace) ?? [])].sort());
  });

  it('that the sources name exist', () => {
    const missing: string[] = [];
    for (const [path, source] of Object.entries(sources)) {
      const used = [...source.matchAll(/useTranslation\(\[?'(\w+)'/g)].map((match) => match[1] ?? '');
      for (const [, name = ''] of source.matchAll(/\bt\('([\w:.]+)'/g)) {
        const [namespace, path_] = name.split(':');
        const key = (path_ ?? name).replace(PLURAL, '');
        const namespaces = path_ === undefined ? used : [namespace ?? ''];
        if (namespaces.length > 0 && !namespaces.some((one) => en.get(one)?.has(key))) missing.push(`${path} ${name}`);
      }
    }
    expect(missing).toEqual([]);
  });
});
